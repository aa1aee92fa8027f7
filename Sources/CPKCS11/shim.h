// The declarations of PKCS #11 2.40, as p11-kit keeps them; nothing is linked: modules are loaded by name.
#include <p11-kit-1/p11-kit/pkcs11.h>
