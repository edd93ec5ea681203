/** Bodies of To Dos: HTML on the wire, plain text on our side. */
import { compile } from 'html-to-text';

/** Stands for a tab that was written as an entity; plain tabs are blanks of the HTML's own layout. */
const TAB = '\uE009';

const BLOCKS = 'address article blockquote dd div dl dt h1 h2 h3 h4 h5 h6 hr ol p pre section table tr ul';
const line = { leadingLineBreaks: 1, trailingLineBreaks: 1 };

const convert = compile({
  wordwrap: false,
  selectors: [
    { selector: '*', format: 'inline' },
    ...BLOCKS.split(' ').map((selector) => ({ selector, format: 'block', options: line })),
    { selector: 'ul', format: 'unorderedList', options: { ...line, itemPrefix: '- ' } },
    { selector: 'ol', format: 'orderedList', options: line },
    { selector: 'pre', format: 'pre', options: line },
    { selector: 'td', format: 'inlineSurround', options: { suffix: ' ' } },
    { selector: 'th', format: 'inlineSurround', options: { suffix: ' ' } },
    { selector: 'a', format: 'anchor', options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true } },
    ...['img', 'title', 'style', 'script'].map((selector) => ({ selector, format: 'skip' })),
  ],
});

/** A line break right before the end of a block opens no line; alone in it, it makes the block one empty line. */
const LAST_BREAK = /<br\b[^>]*>\s*(?=<\/(?:blockquote|dd|div|li|p|td)\s*>)/gi;

/** What a person reads in it, lines and lists included; blanks at the ends of lines go. Pictures are lost. */
export const htmlToText = (html: string): string =>
  convert(html.replace(/&(?:#0*9|#x0*9|Tab);/gi, TAB).replace(LAST_BREAK, '&nbsp;'))
    .replaceAll(TAB, '\t')
    .replaceAll('\u00a0', ' ')
    .replace(/[ \t]+$/gm, '')
    .trimEnd();

/** Plain text as the HTML that `htmlToText` turns back into it, blanks within lines included. */
export const textToHtml = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/\t/g, '&#9;')
    .replace(/^ | (?= )| $/gm, '&nbsp;')
    .replace(/\n/g, '<br>');
