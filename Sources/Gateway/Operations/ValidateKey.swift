internal import Audit
internal import Auth
internal import Policy

/// Says whether a text is an API key that is good now, wherever it may be used from: for programs that are handed one.
///
/// Of one that is not, nothing is told but that.
struct ValidateKey: FastOperation {
    /// The key, if it is good.
    typealias Success = ShowKey.Success?

    private let key: RawToken
    private let id: String?

    init(key: RawToken) {
        self.key = key
        id = APIKeyText(parsing: key.bytes)?.id
    }

    static var action: Action { .keyRead }
    var resource: Resource { Resource(id: id) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in effects: borrowing Effects
    ) -> Result<Success, Problem> {
        guard let id else { return .success(nil) }
        let keys = effects.services.keys
        let now = effects.nowNanoseconds
        let judged = keys.authenticate(.apiKey(key), nowNanoseconds: now)
        do throws(AuthError) {
            let shown = try keys.show(id, permit: permit, receipt: receipt)
            guard case .principal = judged, let shown else { return .success(nil) }
            return .success(ShowKey.Success(shown: shown, nowNanoseconds: now))
        } catch {
            return .failure(Problem(error))
        }
    }
}
