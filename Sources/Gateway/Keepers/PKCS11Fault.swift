internal import CPKCS11

/// What a PKCS#11 module answered instead of CKR_OK.
struct PKCS11Fault: Error, Equatable, CustomStringConvertible {
    let function: String
    let code: CK_RV

    /// What is to be done about it.
    enum Kind {
        /// Sessions or handles are no good any more: new ones may be.
        case session
        /// The token, or the module, has to be begun anew.
        case device
        /// Asking again would say the same.
        case lasting
    }

    var kind: Kind {
        switch code {
        case CKR_SESSION_HANDLE_INVALID, CKR_SESSION_CLOSED, CKR_USER_NOT_LOGGED_IN,
            CKR_OBJECT_HANDLE_INVALID, CKR_KEY_HANDLE_INVALID, CKR_OPERATION_ACTIVE,
            CKR_OPERATION_NOT_INITIALIZED:
            .session
        case CKR_DEVICE_REMOVED, CKR_DEVICE_ERROR, CKR_DEVICE_MEMORY, CKR_TOKEN_NOT_PRESENT,
            CKR_TOKEN_NOT_RECOGNIZED, CKR_GENERAL_ERROR, CKR_FUNCTION_FAILED, CKR_HOST_MEMORY,
            CKR_CRYPTOKI_NOT_INITIALIZED, CKR_SLOT_ID_INVALID:
            .device
        default: .lasting
        }
    }

    /// Whether the PIN is not taken.
    var isOfThePIN: Bool {
        [CKR_PIN_INCORRECT, CKR_PIN_INVALID, CKR_PIN_LEN_RANGE].contains(code)
    }

    private static let names: [CK_RV: String] = [
        CKR_SESSION_HANDLE_INVALID: "the session is no good",
        CKR_SESSION_CLOSED: "the session was closed",
        CKR_SESSION_COUNT: "the token has no session left",
        CKR_USER_NOT_LOGGED_IN: "nobody is logged in",
        CKR_DEVICE_REMOVED: "the token was removed",
        CKR_DEVICE_ERROR: "the token failed",
        CKR_TOKEN_NOT_PRESENT: "the token is not there",
        CKR_TOKEN_WRITE_PROTECTED: "the token is write-protected",
        CKR_GENERAL_ERROR: "the module failed",
        CKR_FUNCTION_FAILED: "the module failed",
        CKR_MECHANISM_INVALID: "the token has no ECDSA on P-256",
        CKR_PIN_LOCKED: "the PIN is locked after too many wrong ones; have it reset",
        CKR_PIN_EXPIRED: "the PIN has expired",
    ]

    /// For people.
    var description: String {
        let name = Self.names[code].map { $0 + " " } ?? ""
        return "\(name)(\(function): 0x\(String(code, radix: 16)))"
    }
}
