import type { Answerer } from '../../../lambda/support/loopback';

/** STS that knows one caller. */
export const fakeSts =
  (account = '123456789012'): Answerer =>
  ({ body }) => {
    if (new URLSearchParams(body.toString()).get('Action') !== 'GetCallerIdentity') return undefined;
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/ann</Arn><UserId>AIDA</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    };
  };
