/** What a credential allows; `admin` includes `predict`. */
export type Scope = 'predict' | 'admin';

/** Who sent a request, once the credential has been checked. */
export interface Caller {
  /** Name of the key, user or subject; stands in logs instead of the credential. */
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** Whether the caller may use a route that needs the scope. */
export const allows = (caller: Caller, scope: Scope): boolean =>
  caller.scopes.includes('admin') || caller.scopes.includes(scope);
