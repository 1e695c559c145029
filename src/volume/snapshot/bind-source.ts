import { lstatSync, realpathSync } from 'node:fs';
import { isWithin } from '#core/container-path.ts';
import { HoldfastError, systemCode } from '#core/errors.ts';

/** Parts of the system: what is in them is not a container's data, and restoring over them would break the machine. */
const SYSTEM =
  /^\/(?:|etc|boot|usr|bin|sbin|lib|lib32|lib64|libx32|var|root|tmp|home|var\/(?:run|lib|log|cache|spool|tmp|lib\/(?:docker|containers|containerd|kubelet)))$/;
const MADE_BY_KERNEL = ['/proc', '/sys', '/dev', '/run'] as const;

/** Whether a path of the host is a part of the system as a whole, or lies in what the kernel makes. */
export function isSystemPath(path: string): boolean {
  return SYSTEM.test(path) || MADE_BY_KERNEL.some((one) => isWithin(path, one));
}

/** Whether no engine or driver can have a volume there, whatever it says; below `/run` they may. */
export function isNoVolumesPlace(path: string): boolean {
  return isSystemPath(path) && !path.startsWith('/run/');
}

/**
 * Where the directory or file of a bind really is: links are followed, as the engine does.
 * @throws `BIND_UNSUITABLE` for what is not there, is a part of the system, a socket or device, or has a name that no tag
 * can hold
 */
export function findBind(path: string): string {
  const refuse = (why: string) =>
    new HoldfastError('BIND_UNSUITABLE', `${path.slice(0, 500)} ${why}`, {
      kind: 'usage',
      hint: 'Give the absolute path of a directory or file of the host that holds data.',
    });
  if (!path.startsWith('/')) throw refuse('is no absolute path');
  let real: string;
  try {
    real = realpathSync(path);
  } catch (error) {
    throw refuse(systemCode(error) === 'ENOENT' ? 'is not there' : `cannot be looked at (${systemCode(error) ?? '?'})`);
  }
  if (isSystemPath(real)) throw refuse('is a part of the system');
  // A tag is a list divided by commas, and has no spaces around it.
  if (/[,\p{Cc}\uFFFD]/u.test(real) || real.trim() !== real) throw refuse('has a name that cannot be kept');
  const facts = lstatSync(real);
  if (!facts.isDirectory() && !facts.isFile()) throw refuse('is neither a directory nor a file');
  return real;
}
