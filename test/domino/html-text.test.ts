import fc from 'fast-check';
import { htmlToText, textToHtml } from '../../src/domino/das/html-text.ts';
import { cleanText } from '../../src/item/text.ts';

describe('the text of a To Do', () => {
  test('comes back from HTML as it went in, but for blanks at the ends of lines', () => {
    const texts = fc.string({
      unit: fc.constantFrom(
        ...['a', 'é', '🗓', '漢', ' ', '\n', '\t', '<', '>', '&', '"', "'"],
        ...['&amp;', '<br>', '<b>', '</p>', '<!--', '-->', '&nbsp;', '&#9;', '&uuml;', '* ', '- ', '1. '],
      ),
    });
    fc.assert(
      fc.property(texts, (text) => {
        expect(htmlToText(textToHtml(text))).toBe(text.replace(/[ \t]+$/gm, '').trimEnd());
      }),
      { numRuns: 500 },
    );
  });

  test('does not grow, however often it goes there and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = htmlToText(textToHtml(cleanText(text)));
        expect(htmlToText(textToHtml(once))).toBe(once);
        expect(once.length).toBeLessThanOrEqual(cleanText(text).length);
      }),
    );
  });

  test('is stable from the first reading of any HTML on', () => {
    const pieces = [
      '<p>',
      '</p>',
      '<div>',
      '</div>',
      '<ul><li>',
      '</li></ul>',
      '<br>',
      '&nbsp;',
      ' ',
      '\n',
      'x',
      '<b>y</b>',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces)), (parts) => {
        const read = htmlToText(parts.join(''));
        expect(htmlToText(textToHtml(read))).toBe(read);
      }),
    );
  });
});

test.each([
  [
    'named and numbered characters',
    '<p>M&uuml;ller &amp; S&ouml;hne &ndash; 5&nbsp;&euro;&hellip; &#8364; &#x1F4C5;</p>',
    'Müller & Söhne – 5 €… € 📅',
  ],
  ['what only looks like a character', '&amp;uuml; &nosuch; a & b', '&uuml; &nosuch; a & b'],
  ['paragraphs and lines', '<p>one</p>\r\n<p>two<br>three</p><div>four</div>', 'one\ntwo\nthree\nfour'],
  ['empty lines between', '<div>a</div><div><br></div><div>b</div>', 'a\n\nb'],
  ['lists', 'Agenda<ul><li>one</li><li>two</li></ul><ol><li>a</li></ol>', 'Agenda\n- one\n- two\n 1. a'],
  [
    'tables, row by row',
    '<table><tr><th>Who</th><th>What</th></tr><tr><td>Ann</td><td>Tea</td></tr></table>',
    'Who What\nAnn Tea',
  ],
  [
    'nothing of style, script and comments',
    '<head><title>t</title><style>p{}</style></head><!-- <p>no</p> --><script>1<2</script>yes',
    'yes',
  ],
  [
    'where a link leads',
    '<a href="https://acme.example/?a=1&amp;b=2">plan</a> <a href="https://x.example">https://x.example</a>',
    'plan [https://acme.example/?a=1&b=2] https://x.example',
  ],
  ['no picture', 'a<img src="data:image/png;base64,AAAA" alt="logo">b', 'ab'],
  ['preformatted text', '<pre>a\n  b</pre>', 'a\n  b'],
  ['HTML that is broken', '<p>a<div>b</p><b>c', 'a\nb\n\nc'],
  ['the layout of the source', '<p>\n\t\tlong\n\t\tline\n</p>', 'long line'],
])('HTML is read with %s', (_, html, text) => {
  expect(htmlToText(html)).toBe(text);
});
