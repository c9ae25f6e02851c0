import type { Answerer } from './loopback';

export const ruleArn = 'arn:aws:elasticloadbalancing:eu-central-1:111111111111:listener-rule/app/traffic/1/2/3';

/** Weights by target group. */
export type Groups = Readonly<Record<string, number>>;

/** A listener rule of a load balancer that forwards to target groups. */
export class FakeListenerRule {
  gone = false;
  /** Every list that was written, in order. */
  readonly writes: Groups[] = [];
  stickinessSeconds = 3600;
  /** Runs before the rule is told, or changed. */
  reading: () => Promise<void> = async () => {};
  writing: (groups: Groups) => Promise<void> = async () => {};

  constructor(public groups: Groups) {}

  readonly answerer: Answerer = async ({ headers, body }) => {
    if (!String(headers.authorization).includes('/elasticloadbalancing/')) return undefined;
    const form = new URLSearchParams(body.toString());
    if (form.get('Action') === 'DescribeRules') {
      const seen = this.answer('DescribeRules', form.get('RuleArns.member.1'));
      await this.reading();
      return seen;
    }
    const groups = groupsOf(form);
    await this.writing(groups);
    if (!this.gone) {
      this.writes.push(groups);
      this.groups = groups;
      this.stickinessSeconds = Number(form.get(`${config}.TargetGroupStickinessConfig.DurationSeconds`));
    }
    return this.answer('ModifyRule', form.get('RuleArn'));
  };

  private answer(action: string, arn: string | null) {
    if (this.gone || arn !== ruleArn) return failure;
    const groups = Object.entries(this.groups)
      .map(([group, weight]) => `<member><TargetGroupArn>${group}</TargetGroupArn><Weight>${weight}</Weight></member>`)
      .join('');
    // As AWS tells it: the address of a single target group stands there a second time.
    const [only, ...others] = Object.keys(this.groups);
    const single = others.length === 0 ? `<TargetGroupArn>${only}</TargetGroupArn>` : '';
    const body = `<${action}Response><${action}Result><Rules><member><RuleArn>${ruleArn}</RuleArn><Actions><member>
      <Type>forward</Type><Order>1</Order>${single}<ForwardConfig><TargetGroups>${groups}</TargetGroups>
      <TargetGroupStickinessConfig><Enabled>true</Enabled><DurationSeconds>${this.stickinessSeconds}</DurationSeconds>
      </TargetGroupStickinessConfig></ForwardConfig></member></Actions></member></Rules></${action}Result></${action}Response>`;
    return { status: 200, headers: { 'content-type': 'text/xml' }, body };
  }
}

const config = 'Actions.member.1.ForwardConfig';

/** AWS refuses an empty list, and an address beside it that is another. */
function groupsOf(form: URLSearchParams): Groups {
  const groups: Record<string, number> = {};
  for (let n = 1; form.has(`${config}.TargetGroups.member.${n}.TargetGroupArn`); n++) {
    const member = `${config}.TargetGroups.member.${n}`;
    groups[form.get(`${member}.TargetGroupArn`)!] = Number(form.get(`${member}.Weight`));
  }
  if (Object.keys(groups).length === 0) throw new Error('a rule without target groups was written');
  if (form.has('Actions.member.1.TargetGroupArn')) throw new Error('a rule was written with a single target group');
  return groups;
}

const failure = {
  status: 400,
  headers: { 'content-type': 'text/xml' },
  body: '<ErrorResponse><Error><Type>Sender</Type><Code>RuleNotFound</Code><Message>gone</Message></Error></ErrorResponse>',
};
