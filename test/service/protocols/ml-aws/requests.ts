/** A setosa. */
export const inputs = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };

let lastId = 0;

/** The body of a `POST /run/` that no other has sent. */
export const request = (changes: Readonly<Record<string, unknown>> = {}) => {
  lastId += 1;
  return { id: `request-${lastId}`, request_time: '2017-01-01 00:00:00', inputs, ...changes };
};
