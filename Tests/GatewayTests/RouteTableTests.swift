import Gateway
import NIOCore
import Testing
import Wire

/// The tables of all listeners, row by row.
@Suite(.timeLimit(.minutes(10))) struct RouteTableTests {
    /// What is on nothing but the asker's own needs no role.
    private static let own = [
        "GET /api/maxine/auth/whoami", "POST /api/maxine/auth/logout",
        "GET /api/maxine/auth/sessions", "DELETE /api/maxine/auth/sessions",
    ]
    private static let nothingAllowed = "maxine_policy: 1\nname: nothing-allowed\n"

    private static func tables(_ listener: ListenerName) -> [RouteTable] {
        Fronts.tables(listener, more: SampleGateway.tables(FakeDirectory(), DecodeCounter()))
    }

    @Test(arguments: ListenerName.allCases)
    func noRowIsHiddenByAnother(listener: ListenerName) throws {
        #expect(try Self.hidden(Self.tables(listener)) == [])
        #expect(try Self.hidden(Fronts.tables(listener)) == [])
    }

    @Test func aRowBehindATableWithAShorterPrefixIsHidden() throws {
        let tables = Self.tables(.service)
        let wide = RouteTable(
            prefix: [], unknownQuery: .refused, problems: SampleFacade.problems, routes: [])
        let narrow = tables.flatMap(\.routes).count
        #expect(try Self.hidden([wide] + tables).count == narrow)
        #expect(try Self.hidden(tables + [wide]) == [])
    }

    /// The rows that no request reaches: another table owns their path, or another row takes it.
    private static func hidden(_ tables: [RouteTable]) throws -> [String] {
        var hidden: [String] = []
        for table in tables {
            for (row, description) in zip(table.routes, RouteDescription.all(of: [table])) {
                let path = try NormalisedPath(ByteBuffer(string: description.samplePath))
                let owner = tables.first { $0.owns(path) }
                let taker = owner?.routes.first {
                    $0.method == row.method
                        && $0.pattern.matches(path, behind: owner?.prefix.count ?? 0)
                }
                if owner !== table || taker !== row {
                    hidden.append("\(description.method) \(description.path)")
                }
            }
        }
        return hidden
    }

    @Test(arguments: ListenerName.allCases)
    func everyRowIsRefusedWithoutAPolicyThatAllowsIt(listener: ListenerName) async throws {
        let gateway = try SampleGateway(policy: Self.nothingAllowed)
        let rows = RouteDescription.all(of: Self.tables(listener))
        let answers = try await gateway.serving { [gateway] in
            try await TestClient.with(gateway, at: listener) { client in
                var answers: [TestClient.Answer] = []
                for row in rows {
                    answers.append(
                        try await client.send(
                            row.method, row.samplePath, row.sampleBody,
                            headers: ["origin": gateway.origin(listener)]))
                }
                return answers
            }
        }
        #expect(rows.count >= (listener == .federation ? 3 : 10))
        for (row, answer) in zip(rows, answers) {
            if listener == .service, Self.own.contains("\(row.method) \(row.path)") {
                #expect([200, 204, 409].contains(answer.status), "\(row.path): \(answer.body)")
                continue
            }
            // One that its body speaks for is nobody's here: no such token is any good.
            #expect(
                answer.status == (row.bringsCredential ? 400 : listener == .service ? 403 : 401),
                "\(row.method) \(row.path): \(answer.body)")
            if listener == .service, !row.bringsCredential {
                #expect(answer.body.contains(row.action), "\(answer.body)")
                #expect(answer.body.contains("gate rbac"), "\(answer.body)")
            }
            let record = try #require(answer.headers["maxine-audit"]?.prefix { $0 != ";" })
            #expect(
                try gateway.records(row.action).contains {
                    $0.contains(#""seq":\#(record),"#) && $0.contains(#""decision":"deny""#)
                }, "\(row.method) \(row.path)")
        }
    }

    @Test(arguments: ListenerName.allCases)
    func everyTableSaysWhatItDoesNotHaveInItsOwnShape(listener: ListenerName) async throws {
        let gateway = try SampleGateway()
        let tables = Self.tables(listener)
        try await gateway.serving { [gateway] in
            try await TestClient.with(gateway, at: listener) { client in
                for table in tables {
                    let prefix = table.prefix.reduce("") { "\($0)/\($1)" }
                    let type =
                        switch prefix {
                        case "/sample": "text/plain; charset=utf-8"
                        case "" where listener == .people: "text/html; charset=utf-8"
                        default: "application/problem+json"
                        }
                    let missing = try await client.send("GET", prefix + "/no/such/row")
                    #expect(missing.status == 404)
                    #expect(missing.headers["content-type"] == type)
                    for row in RouteDescription.all(of: [table]) {
                        let wrong = try await client.send("PATCH", row.samplePath)
                        #expect(wrong.status == 405, "\(row.path)")
                        #expect(wrong.headers["content-type"] == type)
                        let allowed = wrong.headers["allow"]?.split(separator: ", ") ?? []
                        #expect(allowed.contains { $0 == row.method }, "\(row.path)")
                    }
                }
            }
        }
    }

    @Test func aFacadeAnswersAFastAndASlowOperationInItsOwnShape() async throws {
        let gateway = try SampleGateway()
        let (fast, slow) = try await gateway.serving { [gateway] in
            let fast = try await TestClient.with(gateway) { client in
                let registered = try await client.send(
                    "PUT", "/api/maxine/services/api/instances/one",
                    #"{"address":"10.0.0.7","port":80}"#)
                #expect(registered.status == 201, "\(registered.body)")
                return try await client.send("GET", "/sample/services/api?any=1")
            }
            let slow = try await TestClient.with(gateway, at: .people) { people in
                async let slow = people.signOn("wrong")
                await gateway.directory.untilAsked(1)
                gateway.directory.answer()
                return try await slow
            }
            return (fast, slow)
        }
        #expect(fast.status == 200)
        #expect(fast.body == "1\n")
        #expect(slow.status == 401)
        #expect(
            slow.body == "no credential that this gateway accepts: unknown user or wrong password\n"
        )
        #expect(slow.headers["content-type"] == "text/plain; charset=utf-8")
    }
}
