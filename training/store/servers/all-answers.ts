/**
 * All answers, once none is outstanding: what is still under way when a failure is told could be taken for not applied.
 * @throws the first failure
 */
export async function allAnswers<T>(answers: readonly Promise<T>[]): Promise<readonly T[]> {
  const outcomes = await Promise.allSettled(answers);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
