/**
 * What `openssl req` makes a private key with: of an elliptic curve, since to make and to use one of RSA took a server
 * of these tests more time than all else that it did.
 */
export const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] as const;
