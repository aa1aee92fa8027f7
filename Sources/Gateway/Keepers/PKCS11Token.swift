internal import CPKCS11
internal import Crypto
internal import NIOConcurrencyHelpers
internal import PKI
internal import Text

/// One token of a PKCS#11 module, logged in to, with the sessions that are open.
///
/// A session that is no good is opened anew, and a module whose token failed or was removed is begun anew; each is tried once at once, and
/// again by whoever asks next. A PIN that was refused is not shown again: tokens lock after some.
final class PKCS11Token: Sendable {
    private struct State {
        var slot: CK_SLOT_ID?
        var idle: [CK_SESSION_HANDLE] = []
        var inUse = 0
        /// Whether the module has to be begun anew, once no session is in use.
        var isBroken = false
        /// The SHA-256 of a PIN that was refused.
        var refusedPIN: [UInt8]?
    }

    private let module: PKCS11Module
    private let label: String
    private let pin: SecretSource
    private let environment: [String: String]
    private let state = NIOLockedValueBox(State())

    init(
        _ module: PKCS11Module, label: String, pin: SecretSource, environment: [String: String]
    ) {
        self.module = module
        self.label = label
        self.pin = pin
        self.environment = environment
    }

    /// Does something in a session that is logged in.
    ///
    /// - Throws: `PKIError.keyAway` with what is amiss; no secret is in it.
    func withSession<R>(
        _ body: (PKCS11Module, CK_SESSION_HANDLE) throws(PKCS11Fault) -> R
    ) throws(PKIError) -> R {
        var last = ""
        for _ in 0..<KeeperLimits.attempts {
            do throws(TokenFault) {
                return try attempt(body)
            } catch {
                last = error.description
                if error.isLasting { break }
            }
        }
        throw .keyAway("the token \(quote(label)): \(last)")
    }

    /// Has the module look for its tokens again before the next session is opened.
    func beginAnew() {
        state.withLockedValue { $0.isBroken = true }
    }

    private func attempt<R>(
        _ body: (PKCS11Module, CK_SESSION_HANDLE) throws(PKCS11Fault) -> R
    ) throws(TokenFault) -> R {
        let session = try take()
        do throws(PKCS11Fault) {
            let result = try body(module, session)
            give(session)
            return result
        } catch {
            discard(session, after: error)
            throw .answer(error)
        }
    }

    private func take() throws(TokenFault) -> CK_SESSION_HANDLE {
        let taken: Result<CK_SESSION_HANDLE, TokenFault> = state.withLockedValue { state in
            do throws(TokenFault) {
                if state.isBroken, state.inUse == 0 { reset(&state) }
                let idle = state.idle.popLast()
                let session = if let idle { idle } else { try open(&state) }
                state.inUse += 1
                return .success(session)
            } catch {
                if case .answer(let fault) = error, fault.kind == .device { state.isBroken = true }
                return .failure(error)
            }
        }
        return try taken.get()
    }

    private func give(_ session: CK_SESSION_HANDLE) {
        state.withLockedValue { state in
            state.inUse -= 1
            state.idle.append(session)
        }
    }

    private func discard(_ session: CK_SESSION_HANDLE, after fault: PKCS11Fault) {
        state.withLockedValue { state in
            state.inUse -= 1
            var closing = [session]
            if fault.kind != .lasting {
                closing += state.idle
                state.idle = []
            }
            if fault.kind == .device { state.isBroken = true }
            for session in closing { close(session) }
        }
    }

    /// Forgets all sessions, and has the module look for its tokens again.
    private func reset(_ state: inout State) {
        for session in state.idle { close(session) }
        try? module.call("C_Finalize") { $0.pointee.C_Finalize?(nil) }
        let refused = state.refusedPIN
        state = State()
        state.refusedPIN = refused
    }

    private func open(_ state: inout State) throws(TokenFault) -> CK_SESSION_HANDLE {
        var pin: [UInt8]
        do throws(PKIError) {
            pin = try self.pin.read(as: ConfigurationName.pkcs11PIN, environment: environment)
        } catch {
            throw .noPIN(error.message)
        }
        let digest = Array(SHA256.hash(data: pin))
        guard state.refusedPIN != digest else { throw .refusedPIN }
        do throws(PKCS11Fault) {
            let slot = if let known = state.slot { known } else { try findSlot() }
            state.slot = slot
            return try login(slot, &pin)
        } catch {
            guard error.isOfThePIN else { throw .answer(error) }
            state.refusedPIN = digest
            throw .refusedPIN
        }
    }

    private func login(
        _ slot: CK_SLOT_ID, _ pin: inout [UInt8]
    ) throws(PKCS11Fault) -> CK_SESSION_HANDLE {
        var session = CK_SESSION_HANDLE()
        try module.call("C_OpenSession") {
            $0.pointee.C_OpenSession?(
                slot, CK_FLAGS(CKF_SERIAL_SESSION | CKF_RW_SESSION), nil, nil, &session)
        }
        do throws(PKCS11Fault) {
            try module.call("C_Login") { functions in
                pin.withUnsafeMutableBufferPointer {
                    functions.pointee.C_Login?(
                        session, CK_USER_TYPE(CKU_USER), $0.baseAddress, CK_ULONG($0.count))
                }
            }
        } catch {
            // Once for all sessions.
            guard error.code != CKR_USER_ALREADY_LOGGED_IN else { return session }
            close(session)
            throw error
        }
        return session
    }

    private func close(_ session: CK_SESSION_HANDLE) {
        try? module.call("C_CloseSession") { $0.pointee.C_CloseSession?(session) }
    }

    private func findSlot() throws(PKCS11Fault) -> CK_SLOT_ID {
        var arguments = CK_C_INITIALIZE_ARGS()
        arguments.flags = CK_FLAGS(CKF_OS_LOCKING_OK)
        do throws(PKCS11Fault) {
            try module.call("C_Initialize") { $0.pointee.C_Initialize?(&arguments) }
        } catch {
            guard error.code == CKR_CRYPTOKI_ALREADY_INITIALIZED else { throw error }
        }
        var count = CK_ULONG(KeeperLimits.slotsMax)
        var slots = [CK_SLOT_ID](repeating: 0, count: KeeperLimits.slotsMax)
        try module.call("C_GetSlotList") { $0.pointee.C_GetSlotList?(1, &slots, &count) }
        for slot in slots.prefix(Int(clamping: count)) {
            var info = CK_TOKEN_INFO()
            guard
                (try? module.call("C_GetTokenInfo") { $0.pointee.C_GetTokenInfo?(slot, &info) })
                    != nil
            else { continue }
            let bytes = withUnsafeBytes(of: info.label) { Array($0) }
            let end = bytes.lastIndex { $0 != 0x20 && $0 != 0 }.map { $0 + 1 } ?? 0
            if String(decoding: bytes[..<end], as: UTF8.self).isExactly(label) { return slot }
        }
        throw PKCS11Fault(function: "C_GetSlotList", code: CKR_TOKEN_NOT_PRESENT)
    }
}

/// Why there is no session, or what was to be done in it was not.
enum TokenFault: Error, CustomStringConvertible {
    case answer(PKCS11Fault)
    case noPIN(String)
    case refusedPIN

    /// Whether trying at once again would come to the same.
    var isLasting: Bool {
        guard case .answer(let fault) = self else { return true }
        return fault.kind == .lasting
    }

    /// For people.
    var description: String {
        switch self {
        case .answer(let fault): fault.description
        case .noPIN(let reason): reason
        case .refusedPIN:
            "the PIN of \(ConfigurationName.pkcs11PIN) is wrong; it is not shown again until it is another"
        }
    }
}
