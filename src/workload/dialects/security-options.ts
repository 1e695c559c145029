import type { Container } from '#workload/model/container.ts';
import { type Known, known } from '#workload/model/setting.ts';

type SecurityOptions = Pick<Container, 'seccomp' | 'appArmor' | 'seLinuxOff' | 'noNewPrivileges' | 'procUnmasked'>;

/** What `--security-opt` of Docker says, `NAME=VALUE` or `NAME:VALUE`; of several, the last. */
export function securityOptions(options: readonly Known<string>[]): SecurityOptions {
  const of = <T>(read: (name: string, value: string) => T | undefined): Known<T> | undefined =>
    options.reduce<Known<T> | undefined>((found, { value, at }) => {
      const [, name = '', , rest = ''] = /^([A-Za-z-]+)([=:]([\s\S]*))?$/.exec(value.trim()) ?? [];
      const meant = read(name.toLowerCase(), rest.trim());
      return meant === undefined ? found : known(meant, at);
    }, undefined);
  return {
    seccomp: of((name, value) => (name === 'seccomp' ? value : undefined)),
    appArmor: of((name, value) => (name === 'apparmor' ? value : undefined)),
    seLinuxOff: of((name, value) => (name === 'label' ? value === 'disable' || value === 'type:spc_t' : undefined)),
    noNewPrivileges: of((name, value) => (name === 'no-new-privileges' ? value === '' || value === 'true' : undefined)),
    procUnmasked: of((name, value) => (name === 'systempaths' ? value === 'unconfined' : undefined)),
  };
}
