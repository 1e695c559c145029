import { expect, it } from 'vitest';
import { emailSettings } from '#notify/notifiers/email/settings.ts';

const good = { smtp: 'mail.example', from: 'a@b.example', to: ['c@d.example'] };
const read = (more: object = {}, secrets: Record<string, string> = {}) =>
  emailSettings({ settings: { ...good, ...more }, secrets });

it('has STARTTLS and its port unless said', () => {
  expect(read()).toMatchObject({ host: 'mail.example', port: 587, tls: 'starttls', login: undefined });
  expect(read({ tls: 'implicit' })).toMatchObject({ port: 465 });
  expect(read({ smtp: '[::1]:2525', tls: 'none' })).toMatchObject({ host: '::1', port: 2525 });
  expect(read({ smtp: 'localhost', tls: 'none' })).toMatchObject({ port: 25 });
  expect(read({ user: 'u' }, { password: 'p' })).toMatchObject({ login: { user: 'u', password: 'p' } });
});

it.each([
  ['no server', { smtp: '' }, {}],
  ['an address as a server', { smtp: 'https://mail.example' }, {}],
  ['a port that is none', { smtp: 'mail.example:70000' }, {}],
  ['no encryption to elsewhere', { tls: 'none' }, {}],
  ['a login without encryption', { smtp: 'localhost', tls: 'none', user: 'u' }, { password: 'p' }],
  ['a user without a password', { user: 'u' }, {}],
  ['a password without a user', {}, { password: 'p' }],
  ['a password of two lines', { user: 'u' }, { password: 'p\r\nQUIT' }],
  ['nobody to tell', { to: [] }, {}],
  ['an address with another header in it', { to: ['a@b.example\r\nBcc: x@y.example'] }, {}],
  ['two addresses in one', { to: ['a@b.example, x@y.example'] }, {}],
  ['a name beside the address', { from: '"x" <a@b.example>' }, {}],
  ['a setting that there is none of', { cc: 'x@y.example' }, {}],
])('refuses %s', (_, more, secrets) => {
  expect(() => read(more, secrets)).toThrow(expect.objectContaining({ code: 'NOTIFY_SETTINGS_INVALID' }));
});
