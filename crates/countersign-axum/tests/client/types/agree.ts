// The types of the script, from its JSDoc, and those of passkeys.d.ts are the same. A test compiles this with a copy of the
// script that has another name, since its own means the types that are next to it.

import type * as script from './script.js';
import type * as types from './passkeys.d.ts';

/** The public members. */
type Public<T> = { [Name in keyof T]: T[Name] };

/** What a class is to its callers. */
type Class<C extends abstract new (...parameters: never[]) => unknown> = {
  parameters: ConstructorParameters<C>;
  members: Public<InstanceType<C>>;
};

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

function holds<_Claim extends true>(): void {}

holds<Same<keyof typeof script, keyof typeof types>>();
holds<Same<keyof script.Passkeys, keyof types.Passkeys>>();
holds<Same<Class<typeof script.Passkeys>, Class<typeof types.Passkeys>>>();
holds<Same<keyof script.PasskeyError, keyof types.PasskeyError>>();
holds<Same<Class<typeof script.PasskeyError>, Class<typeof types.PasskeyError>>>();
holds<Same<typeof script.obstacle, typeof types.obstacle>>();

// A control: a type that differs is found.
// @ts-expect-error
holds<Same<types.Passkeys['account'], string>>();

/** How a page uses them. */
export async function page({ Passkeys, PasskeyError, obstacle }: typeof types): Promise<string> {
  if (obstacle()) return 'no passkeys';
  const passkeys = new Passkeys('/api', { fetch: (address, init) => fetch(address, init) });
  const { account, origins } = await passkeys.session();
  const { signal } = new AbortController();
  try {
    const signedIn = account ?? await passkeys.signIn({ signal, onWait: (side, step) => console.log(side, step) });
    const length: number | null = await passkeys.autofill({ chosen: async (finish) => (await finish({ signal })).name.length });
    const { credentials } = await passkeys.credentials();
    for (const { id, label } of credentials) await passkeys.rename(id, label.trim());
    await passkeys.confirm({ kind: 'remove-credential', credential: credentials[0]?.id ?? '' });
    // @ts-expect-error
    await passkeys.confirm({ kind: 'remove-credential' });
    return [signedIn.name, origins[0], length].join();
  } catch (error) {
    return error instanceof PasskeyError && error.uncertain ? error.message : '';
  }
}
