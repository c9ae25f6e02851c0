import { post, type RequestSource } from '../load/requests';
import { catalogueSize } from './films';

/** Users who are observed; the ids of others are higher. */
export const users = 10_000;

/** `POST /observe/films`: users in turn, each time of another item, so that each is a row of its own. */
export function observeRequests(): RequestSource {
  let count = 0;
  return () => {
    const user = count % users;
    const item = (Math.floor(count / users) * 7_919 + user) % catalogueSize;
    count += 1;
    return post('/observe/films', `{"uid":${user},"context":${item},"score":${1 + (count % 5)}}`);
  };
}

/** `POST /predict/films` of any user and item. */
export function predictRequests(): RequestSource {
  let count = 0;
  return () => {
    count += 1;
    return post('/predict/films', `{"uid":${(count * 7_919) % users},"context":${(count * 104_729) % catalogueSize}}`);
  };
}

/** `POST /predict_top_k/films`: the best 10 of all, or of as many candidates. */
export function topRequests(candidates: number | 'all'): RequestSource {
  let count = 0;
  return () => {
    count += 1;
    const context =
      candidates === 'all'
        ? '"all"'
        : JSON.stringify(Array.from({ length: candidates }, (_, n) => ((count + n) * 7_919) % catalogueSize));
    return post('/predict_top_k/films', `{"uid":${count % users},"k":10,"context":${context}}`);
  };
}
