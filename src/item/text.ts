/** Text as both sides can hold it: no control characters, no halves of characters, known line ends. */

/**
 * Text with `\n` line ends. Control characters other than `\n` and tab go (NUL breaks PostgreSQL, the rest break XML
 * and iCalendar), a half of a surrogate pair becomes U+FFFD.
 */
export function cleanText(text: string): string {
  return (
    text
      // \v is the soft line break of Office, U+0085 that of mainframes
      .replace(/\r\n|[\r\v\u0085\u2028\u2029]/g, '\n')
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
      .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')
  );
}

/** For subjects, places and names: `cleanText` on one line, blanks joined and trimmed. */
export const oneLine = (text: string): string => cleanText(text).replace(/\s+/g, ' ').trim();

/**
 * Cuts to `max` UTF-16 units, which is how SQL Server counts an `nvarchar(max)`, and never through a character.
 * `cut` is what did not fit, '' when everything did.
 */
export function cutText(text: string, max: number): { text: string; cut: string } {
  if (text.length <= max) return { text, cut: '' };
  const last = text.charCodeAt(max - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? max - 1 : max;
  return { text: text.slice(0, end), cut: text.slice(end) };
}

/** An address as the identity of a person on both sides: trimmed, lower case, no `mailto:`; null when there is none. */
export function emailOf(text: string | null): string | null {
  if (text === null) return null;
  const email = oneLine(text)
    .replace(/^mailto:/i, '')
    .toLowerCase();
  return email.length >= 3 ? email : null;
}

/** Whether mail can be addressed with it; Notes names such as `cn=jane doe/o=acme` cannot. */
export const isMailAddress = (email: string): boolean => /^[^\s@<>]+@[^\s@<>]+$/.test(email);
