import { ConfigError } from '../../../config/resolve';
import type { ModelConfig, PredictServiceConfig } from '../../../config/schema';
import type { Feature } from '../../../learning/model';

/**
 * What the service reads from a request, in the order of the model's features: these, or the service's own mapping,
 * whose entries give them other names.
 * @param path of the service in the configuration: `palladium.services[0]`
 * @throws {ConfigError} if the mapping does not have the model's features one by one
 */
export function mappedFeatures(
  { mapping }: PredictServiceConfig,
  name: string,
  model: ModelConfig,
  path: string,
): readonly Feature[] {
  if (!mapping) return model.mapping;
  const faults: string[] = [];
  if (mapping.length !== model.mapping.length) {
    const names = model.mapping.map((feature) => feature.name).join(', ');
    faults.push(`${path}.mapping: needs one entry for each feature of '${name}', in this order: ${names}`);
  }
  for (const [i, entry] of mapping.entries()) {
    const feature = model.mapping[i];
    if (!feature) break;
    const entryPath = `${path}.mapping[${i}]`;
    if (entry.type !== feature.type) {
      faults.push(`${entryPath}.type: must be '${feature.type}' like the feature '${feature.name}' of '${name}'`);
    }
    const namesake = model.mapping.findIndex((other) => other.name === entry.name);
    if (namesake !== -1 && namesake !== i) {
      faults.push(
        `${entryPath}.name: '${entry.name}' is another feature of '${name}'; this place is '${feature.name}'`,
      );
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return mapping.map(({ name, type }) => ({ name, type, aliases: [] }));
}
