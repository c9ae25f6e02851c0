/**
 * What the user of a container can write to: folders, and files in folders that are not writable. Folders inside a
 * writable one are not told, nor are those that the kernel provides in every container.
 * @param run runs a program in the container and gives what it prints
 * @param folder where to look
 */
export async function writablePaths(
  run: (program: string, ...args: string[]) => Promise<string>,
  folder: string,
): Promise<readonly string[]> {
  const kernel = ['/proc', '/sys', '/dev'].flatMap((path) => ['-path', path, '-prune', '-o']);
  const writable = ['!', '-type', 'l', '-writable', '-print', '-prune'];
  const closed = ['-type', 'd', '(', '!', '-readable', '-o', '!', '-executable', ')', '-prune'];
  const found = await run('find', folder, ...kernel, ...writable, '-o', ...closed);
  return found.split('\n').filter(Boolean);
}
