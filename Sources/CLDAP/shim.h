#include <sys/time.h>
#include <lber.h>
#include <ldap.h>
#include <openldap.h>

/// Sets an option that is on or off; LDAP_OPT_OFF is a cast, which Swift can't import.
static inline int directory_set_off(LDAP *handle, int option) { return ldap_set_option(handle, option, LDAP_OPT_OFF); }

/// Has the library refuse a message that is longer.
static inline int directory_limit_message(LDAP *handle, unsigned int bytes) {
    Sockbuf *buffer = NULL;
    ber_len_t most = bytes;
    if (ldap_get_option(handle, LDAP_OPT_SOCKBUF, &buffer) != LDAP_OPT_SUCCESS || !buffer) return -1;
    return ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &most) == 1 ? 0 : -1;
}
