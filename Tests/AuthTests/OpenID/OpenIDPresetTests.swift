import Support
import Testing

@testable import Auth

/// What is usual for well-known providers.
struct OpenIDPresetTests {
    private static let issuers: [(OpenIDPreset, String, Bool)] = [
        (.google, "https://accounts.google.com", true),
        (.google, "https://accounts.google.com/", false), (.github, "https://github.com", true),
        (.github, "https://github.com/", false), (.github, "https://code.example.org", true),
        (.auth0, "https://acme.auth0.com/", true), (.auth0, "https://acme.auth0.com", false),
        (.okta, "https://acme.okta.com", true),
        (.okta, "https://acme.okta.com/oauth2/default", true),
        (.okta, "https://acme.okta.com/", false), (.okta, "https://acme.okta.com/oauth2", false),
        (.entra, "https://login.microsoftonline.com/0f-1/v2.0", true),
        (.entra, "https://login.microsoftonline.com/common/v2.0", false),
        (.entra, "https://login.microsoftonline.com/organizations/v2.0", false),
        (.entra, "https://login.microsoftonline.com/0f-1", false),
        (.entra, "https://sts.windows.net/0f-1/", false),
        (.keycloak, "https://sso.example.org/realms/acme", true),
        (.keycloak, "https://sso.example.org/auth/realms/acme", true),
        (.keycloak, "https://sso.example.org/realms/acme/", false),
        (.keycloak, "https://sso.example.org", false),
    ]

    @Test(arguments: issuers) func knowsItsIssuers(
        preset: OpenIDPreset, issuer: String, isOne: Bool
    ) {
        #expect(preset.takes(issuer) == isOne)
    }

    private func settings(_ preset: OpenIDPreset) throws -> OpenIDSettings {
        try OpenIDFixture.settings { preset.apply(to: &$0) }
    }

    @Test func namesPeopleByWhatNobodyElseCanTake() throws {
        #expect(try settings(.google).mapping.user == ClaimPath("email"))
        #expect(try settings(.github).mapping.user == ClaimPath("login"))
        #expect(try settings(.auth0).mapping.user == ClaimPath("sub"))
        #expect(try settings(.okta).mapping.user == ClaimPath("preferred_username"))
        #expect(try settings(.entra).mapping.user == ClaimPath("oid"))
        #expect(try settings(.keycloak).mapping.user == ClaimPath("preferred_username"))
    }

    /// Without one, nobody could ask again.
    @Test func asksForRefreshTokensInEachProvidersWay() throws {
        #expect(try settings(.google).parameters.contains(.init("access_type", "offline")))
        for preset in [OpenIDPreset.auth0, .okta, .entra] {
            #expect(try settings(preset).scopes.contains("offline_access"))
        }
        for preset in OpenIDPreset.allCases where preset != .github {
            #expect(try settings(preset).scopes.contains("openid"))
        }
        #expect(try settings(.github).scopes == ["read:user", "read:org"])
    }

    @Test func rolesAreGivenToNobodyUnlessTheyAreAllowed() throws {
        for preset in OpenIDPreset.allCases {
            #expect(try settings(preset).mapping.rolesAllowed.isEmpty)
        }
        #expect(try settings(.keycloak).mapping.roles == ClaimPath("/realm_access/roles"))
    }

    @Test func onlyEntraIsTrustedWithPKCEThatItDoesNotSpeakOf() throws {
        for preset in OpenIDPreset.allCases {
            #expect(try settings(preset).assumesS256 == (preset == .entra))
        }
    }
}
