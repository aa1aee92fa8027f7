internal import CLDAP
internal import Workers

extension DirectoryConnection {
    /// Binds by name and password, and asks what the password policy has to say.
    ///
    /// INVARIANT: never with an empty password, which would be an anonymous bind that succeeds (RFC 4513 section 5.1.2).
    func bind(_ name: String, password: [UInt8]) throws(DirectoryFault) -> BindResult {
        guard !password.isEmpty, !name.isEmpty else {
            throw .refused(.emptyPassword, "an empty password is no password")
        }
        return try bind(name, mechanism: nil, credentials: password)
    }

    /// Binds as whoever the connection's certificate is.
    func bindByCertificate() throws(DirectoryFault) -> BindResult {
        try bind("", mechanism: "EXTERNAL", credentials: [])
    }

    private func bind(
        _ name: String, mechanism: String?, credentials: [UInt8]
    ) throws(DirectoryFault) -> BindResult {
        var policy = LDAPControl()
        var oid = Array(LDAP_CONTROL_PASSWORDPOLICYREQUEST.utf8CString)
        var bytes = credentials
        var message: Int32 = 0
        let count = bytes.count
        let code = oid.withUnsafeMutableBufferPointer { oid in
            bytes.withUnsafeMutableBytes { bytes in
                policy.ldctl_oid = oid.baseAddress
                var value = berval(
                    bv_len: ber_len_t(count),
                    bv_val: bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
                return withUnsafeMutablePointer(to: &policy) { policy in
                    var controls = [policy, nil]
                    return ldap_sasl_bind(
                        handle, name, mechanism, &value, &controls, nil, &message)
                }
            }
        }
        SecretBytes.wipe(&bytes)
        guard code == LDAP_SUCCESS else {
            throw .broken("a bind could not be sent: \(Self.text(code))")
        }
        return try bindResult(of: message)
    }

    private func bindResult(of message: Int32) throws(DirectoryFault) -> BindResult {
        let (kind, got) = try result(of: message)
        var code: Int32 = 0
        var diagnostic: UnsafeMutablePointer<CChar>?
        var controls: UnsafeMutablePointer<UnsafeMutablePointer<LDAPControl>?>?
        let parsed = ldap_parse_result(handle, got, &code, nil, &diagnostic, nil, &controls, 1)
        defer { ldap_controls_free(controls) }
        let text = Self.cut(diagnostic)
        guard parsed == LDAP_SUCCESS, kind == ber_int_t(LDAP_RES_BIND) else {
            throw .broken("the directory's answer to a bind can't be read")
        }
        var result = BindResult(code: code, diagnostic: text)
        try readPolicy(controls, into: &result)
        return result
    }

    private func readPolicy(
        _ controls: UnsafeMutablePointer<UnsafeMutablePointer<LDAPControl>?>?,
        into result: inout BindResult
    ) throws(DirectoryFault) {
        guard let controls,
            let policy = ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, nil)
        else { return }
        var expires: ber_int_t = -1
        var grace: ber_int_t = -1
        var error = PP_noError
        let code = ldap_parse_passwordpolicy_control(handle, policy, &expires, &grace, &error)
        // What the policy says and can't be read may be that the account is locked.
        guard code == LDAP_SUCCESS else {
            throw .broken("the directory's word on its password policy can't be read")
        }
        if error != PP_noError { result.policyError = Int32(bitPattern: error.rawValue) }
        if grace >= 0 { result.graceLeft = grace }
    }
}
