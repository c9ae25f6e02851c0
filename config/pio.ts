import Type, { type Static } from 'typebox';
import { isTextModel } from './models/algorithms/classifier';
import { learnsFromInteractions, type ModelConfig } from './models/model';

/** The query templates of PredictionIO: what a query asks for, and what is answered. */
export const pioTemplates = ['recommendation', 'similar-product', 'classification', 'e-commerce'] as const;
export type PioTemplate = (typeof pioTemplates)[number];

const EventNames = (byDefault: readonly string[], description: string) =>
  Type.Array(Type.String({ minLength: 1 }), { default: [...byDefault], description });

export const PioSchema = Type.Object(
  {
    model: Type.Optional(
      Type.String({ minLength: 1, description: 'The model; the first that fits the query if absent.' }),
    ),
    template: Type.Optional(
      Type.Enum([...pioTemplates], {
        description:
          'What queries are. If absent, their shape tells: with `items` similar-product; with `user` e-commerce if there is an `app`, else recommendation; anything else classification.',
      }),
    ),
    app: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'App of the event server with the categories of items, the constraints, and what users did; e-commerce needs it.',
      }),
    ),
    channel: Type.Optional(
      Type.String({ minLength: 1, description: 'Channel of the app; the events of no channel if absent.' }),
    ),
    unseenOnly: Type.Boolean({
      default: false,
      description: 'E-commerce: leave out what the user has seen already.',
    }),
    seenEvents: EventNames(['buy', 'view'], 'E-commerce: the events after which an item counts as seen.'),
    similarEvents: EventNames(
      ['view'],
      'E-commerce: the events of which the last 10 say what a user without a model is interested in.',
    ),
    popularEvents: EventNames(
      ['buy'],
      'E-commerce: the events that make an item popular; users of whom nothing is known get what has most.',
    ),
    historyLimit: Type.Integer({
      minimum: 1_000,
      default: 1_000_000,
      description:
        'E-commerce: most items, over all users, that a process remembers as seen or viewed, about 100 bytes each; users who did nothing for longest are forgotten first.',
    }),
    feedback: Type.Object(
      {
        enabled: Type.Boolean({ default: false, description: 'Store each query with its answer as event `predict`.' }),
        app: Type.Optional(Type.String({ minLength: 1, description: '`pio.app` if absent.' })),
      },
      { additionalProperties: false, default: {}, description: 'The feedback loop into the event server.' },
    ),
  },
  { additionalProperties: false, default: {}, description: 'The PredictionIO engine.' },
);

export type PioConfig = Static<typeof PioSchema>;

/** Whether queries can ask a model to rank its items. */
export const ranksItems = learnsFromInteractions;

/** Whether queries can ask a model which items are alike. */
export const knowsSimilarItems = ({ algorithm }: ModelConfig): boolean => algorithm === 'als';

/** Whether queries can ask a model for a label; one of users and texts has neither labels nor a list of items. */
export const givesLabels = (model: ModelConfig): boolean => !ranksItems(model) && !isTextModel(model);

/** Whether queries of a template, or of any, can ask a model. */
function fits(model: ModelConfig, template: PioTemplate | undefined): boolean {
  switch (template) {
    case undefined:
      return ranksItems(model) || givesLabels(model);
    case 'classification':
      return givesLabels(model);
    case 'similar-product':
      return knowsSimilarItems(model);
    case 'recommendation':
    case 'e-commerce':
      return ranksItems(model);
  }
}

/** The app that predictions are stored in as events; undefined if they are not. */
export const feedbackApp = ({ app, feedback }: PioConfig): string | undefined =>
  feedback.enabled ? (feedback.app ?? app) : undefined;

/** What does not go together in options that the schema lets pass, a line each. */
export function pioFaults(pio: PioConfig, models: Readonly<Record<string, ModelConfig>>): string[] {
  const { model, template, app, channel, feedback } = pio;
  const faults: string[] = [];
  const named = model === undefined ? undefined : models[model];
  if (model !== undefined && !named) faults.push(`pio.model: there is no model '${model}'`);
  if (named && !fits(named, template)) {
    const option = template ? `pio.template: '${template}' does` : 'pio.model: queries do';
    faults.push(`${option} not fit the model '${model}', which is ${named.algorithm}`);
  }
  if (model === undefined && template && !Object.values(models).some((each) => fits(each, template))) {
    faults.push(`pio.template: no model fits '${template}'`);
  }
  if (template === 'e-commerce' && app === undefined) {
    faults.push("pio.app: is required by the template 'e-commerce'; name the app with the shop's events");
  }
  if (channel !== undefined && app === undefined) faults.push('pio.channel: goes with pio.app, which is absent');
  if (feedback.enabled && feedbackApp(pio) === undefined) {
    faults.push('pio.feedback.app: is required, as there is no pio.app either');
  }
  return faults;
}
