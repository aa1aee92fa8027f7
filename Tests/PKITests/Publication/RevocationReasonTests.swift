import PKI
import Testing

/// Reasons are texts; those that begin with a word of RFC 5280 have a code in lists.
@Suite struct RevocationReasonTests {
    @Test(
        arguments: [
            ("keyCompromise", RevocationReason.keyCompromise), ("KEYCOMPROMISE: x", .keyCompromise),
            ("cACompromise", .authorityCompromise), ("superseded by another", .superseded),
            ("privilegeWithdrawn", .privilegeWithdrawn), ("key compromise", nil),
            ("keyCompromised", nil), ("certificateHold", nil), ("", nil), ("stolen", nil),
        ] as [(String, RevocationReason?)])
    func onlyItsOwnWordStatesAReason(text: String, reason: RevocationReason?) {
        #expect(RevocationReason(stating: text) == reason)
    }
}
