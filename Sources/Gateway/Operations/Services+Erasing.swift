internal import Auth
internal import Dispatch
internal import NIOCore

extension Services {
    /// The names under which the log may speak of a user, the whole name first: locks may be on the name without its provider.
    func namesInLog(of user: String) -> [String] {
        var names = [user]
        let own = user.split(separator: "/", maxSplits: 1).last.map(String.init)
        for name in [own].compactMap({ $0 }) + access.names(ofLocksOn: user)
        where !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            names.append(name)
        }
        return names
    }

    /// Ends what is open of somebody, and takes them out of all that is kept.
    ///
    /// - Throws: `AuthError` where it could not be finished.
    func erase(_ erasure: Erasure) async throws(AuthError) -> ErasedCredentials {
        let person = people.persons.known(by: erasure.pseudonyms)
        // From here on nothing more is recorded of them, so nothing that comes meanwhile brings them back.
        try people.persons.beginErasing(person)
        let sessions = erasures.credentials(of: erasure).sessions
        _ = await live.end(
            all: { person.isBehind($0) }, calls: true, because: "erased by \(erasure.id)")
        for settled in live.lanesSettled() { try? await settled.get() }
        if let user = erasure.user { lockout.forget(ErasureOperator.account(of: user)) }
        for provider in providers.all { for id in sessions { provider.forget(session: id) } }
        let eraser = erasures.eraser
        let result: Result<ErasedCredentials, AuthError> = await withCheckedContinuation { done in
            ErasureQueue.one.async {
                do {
                    done.resume(returning: .success(try eraser.erase(person)))
                } catch {
                    done.resume(returning: .failure(.store("\(error)")))
                }
            }
        }
        return try result.get()
    }
}
