import Testing

@testable import Policy

@Suite struct ActionTests {
    /// The list as the contract has it.
    private let contract = """
        service.read service.register service.heartbeat service.deregister service.discover service.watch
        service.drain service.configure dependency.read dependency.write identity.issue identity.renew
        identity.attest identity.token key.create key.read key.rotate key.revoke session.create session.read
        session.revoke role.read role.assign lock.read lock.write policy.read policy.check policy.write audit.read audit.export
        audit.verify audit.erase ca.read ca.rotate ca.taint ca.revoke federation.read federation.write
        system.read
        """

    @Test func areThoseOfTheContract() {
        let names = contract.split { $0 == " " || $0 == "\n" }.map(String.init)
        #expect(Set(Action.allCases.map(\.name)) == Set(names))
        #expect(Action.allCases.count == names.count)
    }

    @Test func theNameOfEachIsItsCase() {
        let names: [Action: String] = [
            .serviceRead: "service.read", .serviceRegister: "service.register",
            .serviceHeartbeat: "service.heartbeat", .serviceDeregister: "service.deregister",
            .serviceDiscover: "service.discover", .serviceWatch: "service.watch",
            .serviceDrain: "service.drain", .serviceConfigure: "service.configure",
            .dependencyRead: "dependency.read", .dependencyWrite: "dependency.write",
            .identityIssue: "identity.issue", .identityRenew: "identity.renew",
            .identityAttest: "identity.attest", .identityToken: "identity.token",
            .keyCreate: "key.create", .keyRead: "key.read",
            .keyRotate: "key.rotate", .keyRevoke: "key.revoke",
            .sessionCreate: "session.create", .sessionRead: "session.read",
            .sessionRevoke: "session.revoke", .roleRead: "role.read",
            .roleAssign: "role.assign", .lockRead: "lock.read", .lockWrite: "lock.write",
            .policyRead: "policy.read",
            .policyCheck: "policy.check", .policyWrite: "policy.write",
            .auditRead: "audit.read", .auditExport: "audit.export",
            .auditVerify: "audit.verify", .auditErase: "audit.erase",
            .caRead: "ca.read", .caRotate: "ca.rotate",
            .caTaint: "ca.taint", .caRevoke: "ca.revoke",
            .federationRead: "federation.read", .federationWrite: "federation.write",
            .systemRead: "system.read",
        ]
        #expect(names.count == Action.allCases.count)
        for (action, name) in names {
            #expect(action.name == name)
            #expect(action.family + "." + action.verb == name)
            #expect(Action(name: name) == action)
        }
        #expect(Action(name: "service.Read") == nil)
        #expect(Action(name: "") == nil)
    }

    @Test func thoseOnServicesAreThoseOfTheContract() {
        let others: [Action] = [.identityIssue, .identityRenew]
        for action in Action.allCases {
            let expected =
                ["service", "dependency"].contains(action.family) || others.contains(action)
            #expect(action.isServiceScoped == expected, "\(action)")
        }
    }

    @Test func builtInRolesAreThoseOfTheContract() {
        #expect(BuiltInRoles.names == ["admin", "operator", "viewer", "auditor", "service"])
        for (name, actions) in NaiveEvaluator.builtIn {
            #expect(Set(BuiltInRoles.actions(of: name)?.actions.map(\.name) ?? []) == Set(actions))
        }
    }

    @Test func permitWordsAreTheLastWordsAndCall() {
        #expect(
            Set(PermitWords.all) == [
                "read", "register", "heartbeat", "deregister", "discover", "watch", "drain",
                "configure", "write", "call",
            ])
    }
}
