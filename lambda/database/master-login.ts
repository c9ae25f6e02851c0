/** The master user's name and password, as one function hands them to the other; nobody logs them. */
export interface MasterLogin {
  readonly user: string;
  readonly password: string;
}
