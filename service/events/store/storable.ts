/** Whether the database can be asked for a text: none of its texts holds U+0000. */
export const isStorable = (text: string): boolean => !text.includes('\0');
