/** This process's environment, for a program that uses the library; commands get theirs from the harness. */
export const processEnv = (): Readonly<Record<string, string | undefined>> => process.env;
