import { expect, it } from 'vitest';
import { keyOf, makeSecret, signedHeaders } from '#notify/notifiers/webhook/sign.ts';

it('signs the reference vector of the Standard Webhooks libraries', () => {
  const key = keyOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') ?? Buffer.alloc(0);
  const at = new Date(1_614_265_330_999);
  expect(signedHeaders(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', at, '{"test": 2432232314}')).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

it('makes secrets that it takes, each another one', () => {
  expect(keyOf(makeSecret())).toHaveLength(32);
  expect(makeSecret()).not.toBe(makeSecret());
});

it.each([
  '',
  'whsec_',
  'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!',
  `whsec_${Buffer.alloc(65).toString('base64')}`,
  `whsec_${Buffer.alloc(23).toString('base64')}`,
])('refuses %s', (secret) => {
  expect(keyOf(secret)).toBeUndefined();
});
