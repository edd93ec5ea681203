/** The words the sample CRM is made of: several languages, accents, right-to-left and four-byte characters. */

export const FIRST_NAMES = (
  'Anna Ben Clara David Elena Felix Greta Hannes Ines Jakob Katharina Lukas Marie Noah Olivia Paul Ronja Simon ' +
  'Theresa Viktor Amélie Bastien Chloé Étienne Florence Guillaume Hélène Jérôme Zoë Lucía José María Íñigo Nuño ' +
  'Björn Åsa Søren Ødger Łukasz Agnieszka Jiří Zdeněk Ágnes Gábor İpek Çağla Duc Mei Haruka Kenji Aiko Rashid Leila ' +
  'Siobhán Declan Fiona Graham Harriet Ian Julia Keith Laura Martin Nicola Oscar Priya Quentin Rachel Sanjay'
).split(' ');

export const LAST_NAMES = (
  'Müller Schmidt Weiß Fischer Schäfer Groß Köhler Böhm Jäger Krüger Lefèvre Dubois Moreau Garçon Béranger Martínez ' +
  'Núñez Ibáñez García Sørensen Ångström Lindqvist Kowalski Wójcik Żak Novák Dvořák Szabó Nagy Yılmaz Öztürk Nguyen ' +
  'Tanaka Suzuki Watanabe Khan Haddad O’Brien O’Neill McCarthy Evans Clarke Walker Harrison Bennett Foster Patel ' +
  'Sharma Rossi Bianchi Esposito Ferrari Colombo Santos Ferreira Almeida Becker Hofmann Zimmermann Winter Lang Vogt'
).split(' ');

export const COMPANY_WORDS = (
  'Nordwind Alpen Rhein Elbe Havel Spree Lindenhof Bergmann Silber Kupfer Atlas Polar Orion Vega Delta Omega Terra ' +
  'Aqua Lumen Ferro Ceramo Textil Agrar Medico Optik Druck Pumpen Möbel Brücken Kessel'
).split(' ');

export const COMPANY_TRADES = (
  'Maschinenbau Logistik Elektrotechnik Engineering Foods Instruments Medical Packaging Software Consulting Services ' +
  'Anlagen Werkzeuge Energie Chemie'
).split(' ');

export const COMPANY_FORMS = [
  'GmbH',
  'AG',
  'KG',
  'Ltd',
  'plc',
  'SARL',
  'SA',
  'S.p.A.',
  'B.V.',
  'Sp. z o.o.',
  's.r.o.',
];

/** `{company}` and `{person}` are filled in. */
export const SUBJECTS = [
  'Quarterly review with {company}',
  'Kick-off: {company}',
  'Contract renewal {company}',
  'Site visit at {company}',
  'Product demonstration for {person}',
  'Weekly sales meeting',
  'Pipeline review',
  'Budget planning',
  'Interview: {person}',
  'Angebotsbesprechung {company}',
  'Jour fixe Vertrieb',
  'Abnahme vor Ort bei {company}',
  'Mitarbeitergespräch',
  'Messevorbereitung – Standplanung',
  'Rückfragen zur Rechnung ({company})',
  'Réunion commerciale avec {person}',
  'Présentation de la nouvelle gamme à {company}',
  'Point d’équipe',
  'Reunión con {person}: condiciones y plazos',
  'Formación de usuarios – {company}',
  'Riunione di progetto: {company}',
  'Spotkanie handlowe z {person}',
  'Schůzka k nabídce pro {company}',
  '{company} 様 定例会議',
  '项目启动会议 – {company}',
  'اجتماع المبيعات',
  'Lunch with {person} 🍽️',
  'Go-live 🚀 {company}',
  'Team breakfast ☕🥐',
  'Workshop "Service & Support" <2nd round>',
];

export const TASK_SUBJECTS = [
  'Prepare the quotation for {company}',
  'Send the contract to {person}',
  'Angebot nachfassen: {company}',
  'Muster an {person} schicken',
  'Relancer {company}',
  'Update the price list',
];

export const DAY_SUBJECTS = [
  'Vacation',
  'Urlaub',
  'Congés',
  'Trade fair, hall 4',
  'Training',
  'Homeoffice',
  'Dienstreise {company}',
  'Stocktaking',
];

export const LOCATIONS = [
  'Board room',
  'Meeting room 2.14',
  'Besprechungsraum „Elbe“',
  'Salle de réunion n° 3',
  'Customer site',
  'Online',
  'Kantine',
  'Messe München, Halle B2, Stand 114',
  'Café Zürich, Łódź',
  '東京オフィス 7F',
];

export const SENTENCES = [
  'Please bring the current figures.',
  'The customer asked for a comparison with last year.',
  'Bitte die Unterlagen bis zum Vortag schicken.',
  'Offene Punkte: Lieferzeit, Zahlungsziel, Gewährleistung.',
  'Merci de confirmer votre présence.',
  'L’ordre du jour suivra.',
  'Hay que revisar el presupuesto antes de la reunión.',
  'Parking is behind the building; ask for a badge at the reception.',
  'Der Termin wurde auf Wunsch des Kunden verschoben.',
  'Dial-in details follow by e-mail.',
  'Prosím připravit podklady.',
  'Uwaga: zmiana sali!',
  '資料は前日までに送付してください。',
  '请提前准备合同草案。',
  'Looking forward to it 🙂👍🏽',
  'Price: 12 500 € → 11 900 € (−4,8 %).',
  'Path: \\\\fileserver\\sales\\2024 & "drafts" <internal>',
];

const TRANSLITERATION: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  ß: 'ss',
  ø: 'oe',
  å: 'aa',
  ł: 'l',
  ı: 'i',
  '’': '',
};

/** Lower-case letters a to z, as in logons and e-mail addresses. */
export const plainLetters = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[äöüßøåłı’]/gu, (letter) => TRANSLITERATION[letter] ?? letter)
    .normalize('NFD')
    .replace(/[^a-z]/gu, '');
