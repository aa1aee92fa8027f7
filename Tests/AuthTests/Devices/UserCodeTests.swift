import Testing

@testable import Auth

@Suite struct UserCodeTests {
    @Test func aCodeIsEightConsonantsInTwoParts() throws {
        for _ in 0..<100 {
            let text = "\(UserCode())"
            let parts = text.split(separator: "-")
            #expect(parts.map(\.count) == [4, 4], "\(text)")
            #expect(text.allSatisfy { "BCDFGHJKLMNPQRSTVWXZ-".contains($0) }, "\(text)")
        }
        #expect(Set((0..<1000).map { _ in UserCode() }).count == 1000)
    }

    @Test(arguments: ["wdjb-mjht", "WDJBMJHT", " WDJB MJHT ", "wDjB--mJhT"])
    func whatIsTypedOtherwiseIsTheSame(_ typed: String) {
        #expect(UserCode(typed)?.description == "WDJB-MJHT")
    }

    @Test(arguments: [
        "", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH7", "WDJB\u{2010}MJHT", "ＷDJBMJHT",
        String(repeating: "-", count: 100) + "WDJBMJHT", "\u{17}DJBMJHT",
    ])
    func whatIsNoneIsRefused(_ typed: String) {
        #expect(UserCode(typed) == nil)
    }
}
