/** Recorded and documented bodies; the numbers are those of the reference (TV-1 … TV-13). */

export const ROOT = '/mail/foo.nsf/api/calendar/events';

/** TV-1: a list, as recorded from a Domino 9 server, escapes included. */
export const LIST = String.raw`{"events":[
 {"href":"\/mail\/foo.nsf\/api\/calendar\/events\/3C1E302CAC131891C12580F90044239B-Lotus_Notes_Generated",
  "id":"3C1E302CAC131891C12580F90044239B-Lotus_Notes_Generated","summary":"Lliurament Premis Rac",
  "location":"Auditori ONCE -a prop de Pla\u00E7a Espanya-",
  "start":{"date":"2017-05-04","time":"17:30:00","utc":true},"end":{"date":"2017-05-04","time":"20:00:00","utc":true},
  "class":"public","transparency":"opaque","sequence":0,
  "x-lotus-organizer":{"data":"CN=Organizer Guti\u00E9rrez\/O=EXAMPLE"},
  "x-lotus-summarydataonly":{"data":"TRUE"},"x-lotus-appttype":{"data":"3"}},
 {"href":"\/mail\/foo.nsf\/api\/calendar\/events\/D2E5B40E6AAEAED4C125808E0035A6A0-Lotus_Notes_Generated\/20170503T073000Z",
  "id":"D2E5B40E6AAEAED4C125808E0035A6A0-Lotus_Notes_Generated","summary":"CAEM",
  "location":"Sala de juntes 1a. planta Ajuntament",
  "start":{"date":"2017-05-05","time":"07:00:00","utc":true},"end":{"date":"2017-05-05","time":"09:00:00","utc":true},
  "recurrenceId":"20170503T073000Z","class":"public","transparency":"opaque","sequence":2,
  "x-lotus-organizer":{"data":"CN=Other Hern\u00E1ndez\/O=EXAMPLE"},
  "x-lotus-summarydataonly":{"data":"TRUE"},"x-lotus-noticetype":{"data":"A"},"x-lotus-appttype":{"data":"3"}}
]}`;

export const ROMANCE = {
  tzid: 'Romance Standard Time',
  standard: {
    start: { date: '1950-10-29', time: '02:00:00' },
    offsetFrom: '+0200',
    offsetTo: '+0100',
    recurrenceRule: 'FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;BYHOUR=2;BYMINUTE=0',
  },
  daylight: {
    start: { date: '1950-03-26', time: '02:00:00' },
    offsetFrom: '+0100',
    offsetTo: '+0200',
    recurrenceRule: 'FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU;BYHOUR=2;BYMINUTE=0',
  },
};

export const SINGLE_UID = 'BD5EA243F9F715AAC1258116003ED56C-Lotus_Notes_Generated';

/** TV-2: a single read, zoned. */
export const SINGLE = {
  timezones: [ROMANCE],
  events: [
    {
      href: `/mail/foo.nsf/api/calendar/events/${SINGLE_UID}`,
      id: SINGLE_UID,
      summary: 'Buscar alcaldessa ...',
      start: { date: '2017-05-04', time: '18:45:00', tzid: 'Romance Standard Time' },
      end: { date: '2017-05-04', time: '19:30:00', tzid: 'Romance Standard Time' },
      class: 'public',
      transparency: 'opaque',
      sequence: 0,
      'last-modified': '20170504T113216Z',
      attendees: [
        {
          role: 'chair',
          status: 'accepted',
          rsvp: false,
          displayName: 'Organizer Gutiérrez/EXAMPLE',
          email: 'foo@bar.com',
        },
      ],
      organizer: {
        displayName: 'Organizer Gutiérrez/EXAMPLE',
        sentBy: 'mailto:foo@bar.com',
        email: 'foo@bar.com',
      },
      'x-lotus-broadcast': { data: 'FALSE' },
      'x-lotus-notesversion': { data: '2' },
      'x-lotus-appttype': { data: '3' },
    },
  ],
};

/** The row a list shows for TV-2. */
export const SINGLE_ROW = {
  href: SINGLE.events[0]!.href,
  id: SINGLE_UID,
  summary: 'Buscar alcaldessa ...',
  start: { date: '2017-05-04', time: '16:45:00', utc: true },
  end: { date: '2017-05-04', time: '17:30:00', utc: true },
  class: 'public',
  transparency: 'opaque',
  sequence: 0,
  'x-lotus-organizer': { data: 'CN=Organizer Gutiérrez/O=EXAMPLE' },
  'x-lotus-summarydataonly': { data: 'TRUE' },
  'x-lotus-appttype': { data: '3' },
};

/** TV-5: the login wall. */
export const LOGIN_PAGE = {
  status: 200,
  headers: { 'Content-Type': 'text/html; charset=UTF-8', 'Cache-Control': 'no-cache' },
  body: `<html><body><form action="/names.nsf?Login" method="post" name="_DominoForm">
<input type="hidden" name="%%ModDate" value="0000000000000000"><input name="Username" value="">
<input name="Password" type="password"><INPUT TYPE=submit value="Log in"></form></body></html>`,
};

/** TV-10: not found, with its stack trace. */
export const NOT_FOUND = {
  status: 404,
  body: {
    code: 404,
    text: 'Not Found',
    cserror: 1031,
    message: 'Error reading event',
    type: 'text',
    data: 'com.ibm.domino.calendar.store.StoreException: Error reading event\n\tat com.ibm.domino.calendar.dbstore.NotesCalendarStore.getEvent(NotesCalendarStore.java:185)',
  },
};

export const storeError = (
  status: number,
  cserror: number,
): { status: number; headers: Record<string, string>; body: string } => ({
  status,
  headers: { 'Content-Type': 'application/json', Connection: 'close' },
  // Error bodies begin with a newline and an indent (§10.18).
  body: `\n    ${JSON.stringify({ code: status, text: 'Error', cserror, message: 'Error', type: 'text', data: 'trace' })}`,
});
