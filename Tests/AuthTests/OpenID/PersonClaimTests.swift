import Policy
import StrictJSON
import Support
import Testing

@testable import Auth

/// What claims make of a person.
struct PersonClaimTests {
    private func principal(
        _ claims: String, _ change: (inout OpenIDSettings) -> Void = { _ in }
    ) throws -> Principal {
        try OpenIDVerifier(OpenIDFixture.settings(change)).principal(
            try StrictJSON.parse(Array(claims.utf8)))
    }

    private func outcome(
        _ claims: String, _ change: (inout OpenIDSettings) -> Void = { _ in }
    ) throws -> String {
        do {
            return try principal(claims, change).id
        } catch let refusal as OpenIDRefusal {
            return refusal.code
        }
    }

    @Test func groupsRolesAndClaimsAreMapped() throws {
        let somebody = try principal(
            #"{"sub":"alice","g":["/ops","/dev","x"],"r":["app-admin","app-viewer"],"dept":"it"}"#
        ) {
            $0.mapping.groups = ClaimPath("g")
            $0.mapping.groupsPrefix = "/"
            $0.mapping.groupsAllowed = [ClaimGlob("o*")]
            $0.mapping.roles = ClaimPath("r")
            $0.mapping.rolesPrefix = "app-"
            $0.mapping.rolesAllowed = ["viewer"]
        }
        #expect(somebody.id == "idp/alice")
        #expect(somebody.membership?.groups == ["ops"])
        #expect(somebody.directRoles == ["viewer"])
        #expect(
            somebody.oidcClaims.contains {
                $0.issuer == OpenIDFixture.issuer && $0.claim == "dept" && $0.value == "it"
            })
    }

    @Test func whoIsKnownByMailOwnsIt() throws {
        func outcome(_ claims: String) throws -> String {
            try self.outcome(claims) { $0.mapping.user = ClaimPath("email") }
        }
        #expect(
            try outcome(#"{"sub":"1","email":"a@example.org","email_verified":true}"#)
                == "idp/a@example.org")
        for claims in [
            #"{"sub":"1","email":"a@example.org"}"#,
            #"{"sub":"1","email":"a@example.org","email_verified":false}"#,
            #"{"sub":"1","email":"a@example.org","email_verified":"true"}"#,
            #"{"sub":"1","email":"a@example.org","email_verified":1}"#,
        ] {
            #expect(try outcome(claims) == "oidc_email_unverified", "\(claims)")
        }
        for mail in ["a@evil.org@example.org", "@example.org", "a@", "a", "a b@example.org"] {
            #expect(
                try outcome(#"{"sub":"1","email":"\#(mail)","email_verified":true}"#)
                    == "oidc_email_malformed", "\(mail)")
        }
        #expect(try outcome(#"{"sub":"1","email_verified":true}"#) == "oidc_token_subject")
    }

    @Test func groupsThatStandElsewhereAreNotNoGroups() throws {
        #expect(
            try outcome(#"{"sub":"a","_claim_names":{"groups":"src1"}}"#)
                == "oidc_token_groups_overage")
        #expect(try outcome(#"{"sub":"a","hasgroups":true}"#) == "oidc_token_groups_overage")
        #expect(try outcome(#"{"sub":"a","groups":[1]}"#) == "oidc_token_claims")
    }

    @Test func boundClaimsMustFit() throws {
        func outcome(_ claims: String) throws -> String {
            try self.outcome(claims) {
                $0.claims = [BoundClaim(ClaimPath("hd"), [ClaimGlob("example.org")])]
            }
        }
        #expect(try outcome(#"{"sub":"a","hd":"example.org"}"#) == "idp/a")
        #expect(try outcome(#"{"sub":"a","hd":"example.com"}"#) == "oidc_token_claims")
        #expect(try outcome(#"{"sub":"a"}"#) == "oidc_token_claims")
    }

    @Test func userInfoAddsWhatTheTokenLacksAndIsOfTheSamePerson() throws {
        func merged(_ userInfo: String) throws -> JSONValue {
            let token = IDToken(
                subject: "a", session: nil, endSeconds: 0,
                claims: try StrictJSON.parse(Array(#"{"sub":"a","name":"A"}"#.utf8)))
            return try OpenIDVerifier(OpenIDFixture.settings()).claims(
                of: token, with: Array(userInfo.utf8))
        }
        let claims = try merged(#"{"sub":"a","name":"B","groups":["ops"]}"#)
        #expect(claims["name"]?.string == "A")
        #expect(claims["groups"] == .array([.string("ops")]))
        for userInfo in [
            #"{"sub":"b","groups":["ops"]}"#, #"{"groups":["ops"]}"#, "[]", "eyJ.eyJ.x", "",
            #"{"sub":"a","sub":"b"}"#,
        ] {
            #expect(throws: OpenIDRefusal.otherPerson) { try merged(userInfo) }
        }
    }

    @Test func gitHubsAPINamesAPersonAndTheirTeams() throws {
        let claims = try GitHubPerson.claims(
            user: Array(#"{"id":7,"login":"octo","email":null}"#.utf8),
            organisations: [Array(#"[{"login":"acme"}]"#.utf8)],
            teams: [Array(#"[{"slug":"ops","organization":{"login":"acme"}}]"#.utf8)])
        let somebody = try OpenIDVerifier(
            OpenIDFixture.settings { OpenIDPreset.github.apply(to: &$0) }
        ).principal(claims)
        #expect(somebody.id == "idp/octo")
        #expect(somebody.membership?.groups == ["acme", "acme/ops"])
        #expect(claims["sub"]?.string == "7")
        for user in ["[]", "{}", #"{"id":"7","login":"octo"}"#, "nonsense"] {
            #expect(throws: ProviderAnswerFault.self) {
                try GitHubPerson.claims(user: Array(user.utf8), organisations: [], teams: [])
            }
        }
        #expect(throws: ProviderAnswerFault.self) {
            try GitHubPerson.claims(
                user: Array(#"{"id":7,"login":"octo"}"#.utf8),
                organisations: [Array(#"{"message":"Bad credentials"}"#.utf8)], teams: [])
        }
    }
}
