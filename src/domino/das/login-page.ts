/**
 * The login form of a Domino server, read from its HTML just well enough to fill it in: sites restyle the page at will,
 * but the form keeps its hidden fields (such as %%ModDate) and a password input.
 */

export interface LoginForm {
  /** As written in the page; to be resolved against the server's address. */
  action: string;
  userField: string;
  passwordField: string;
  /** Hidden fields to send back as they are. */
  hidden: [name: string, value: string][];
}

/** Null when the page holds no form with a password. */
export function parseLoginPage(html: string): LoginForm | null {
  for (const form of html.matchAll(/<form\b([^>]*)>([\s\S]*?)(?:<\/form\s*>|$)/gi)) {
    const inputs = [...form[2]!.matchAll(/<input\b([^>]*)>/gi)].map((input) => attributesOf(input[1]!));
    const named = inputs.filter((input) => (input.get('name') ?? '') !== '');
    const password = named.find((input) => typeOf(input) === 'password');
    if (password === undefined) continue;
    const user =
      named.find((input) => input.get('name')!.toLowerCase() === 'username') ??
      named.find((input) => ['text', 'email'].includes(typeOf(input)));
    return {
      action: attributesOf(form[1]!).get('action') ?? '/names.nsf?Login',
      userField: user?.get('name') ?? 'Username',
      passwordField: password.get('name')!,
      hidden: named
        .filter((input) => typeOf(input) === 'hidden')
        .map((input) => [input.get('name')!, input.get('value') ?? '']),
    };
  }
  return null;
}

const typeOf = (input: Map<string, string>): string => (input.get('type') ?? 'text').toLowerCase();

function attributesOf(tag: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const match of tag.matchAll(/([\w:%-]+)\s*(?:=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)) {
    attributes.set(match[1]!.toLowerCase(), unescapeHtml(match[2] ?? match[3] ?? match[4] ?? ''));
  }
  return attributes;
}

const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }),
);

const unescapeHtml = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return NAMED.get(String(name).toLowerCase()) ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
