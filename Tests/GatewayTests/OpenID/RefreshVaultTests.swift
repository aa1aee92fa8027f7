import Auth
import Testing

@testable import Gateway

/// What a provider gave for a session is asked with by one at a time, also where sessions share it.
@Suite struct RefreshVaultTests {
    private func grant(_ token: String) -> RefreshVault.Grant {
        RefreshVault.Grant(
            token: token, idToken: nil, nonce: nil,
            person: VouchedPerson(name: "alice", handle: ProviderHandle(subject: "1")))
    }

    @Test func whoeverSharesAGrantHearsWhatTheOtherHeard() async throws {
        let vault = RefreshVault()
        vault.keep(grant("one"), for: "a")
        vault.share("a", with: "b")
        guard case .lent(let lent, let number) = vault.borrow("a") else {
            Issue.record("nothing was lent")
            return
        }
        #expect(lent.token == "one")
        guard case .away(number) = vault.borrow("b") else {
            Issue.record("it was lent twice")
            return
        }
        async let heard = vault.outcome(number)
        vault.giveBack(number, grant("two"), .failure(.unavailable(reason: "x")))
        let outcome = await heard
        // Whoever comes after it was given back hears nothing, and asks again later.
        #expect(outcome == nil || outcome == .failure(.unavailable(reason: "x")))
        #expect(vault.grant(for: "b")?.token == "two" && vault.count == 1)
    }

    @Test func aGrantGoesWithTheLastOfItsSessions() {
        let vault = RefreshVault()
        vault.keep(grant("one"), for: "a")
        vault.share("a", with: "b")
        vault.share("nobody", with: "c")
        vault.forget("a")
        #expect(vault.grant(for: "a") == nil && vault.grant(for: "b")?.token == "one")
        #expect(vault.grant(for: "c") == nil)
        vault.forget("b")
        #expect(vault.count == 0)
    }

    @Test func whatWasForgottenMeanwhileIsNotKept() {
        let vault = RefreshVault(bytesMax: 8)
        vault.keep(grant("one"), for: "a")
        guard case .lent(_, let number) = vault.borrow("a") else {
            Issue.record("nothing was lent")
            return
        }
        vault.forget("a")
        vault.giveBack(number, grant("two"), .failure(.unavailable(reason: "x")))
        #expect(vault.count == 0)
        vault.keep(grant("12345678"), for: "b")
        #expect(vault.count == 1, "its room is free again")
        vault.keep(grant("1"), for: "c")
        #expect(vault.count == 1, "there is no more")
    }
}
