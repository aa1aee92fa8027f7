import AsyncHTTPClient
import NIOHTTP1
import StrictJSON

extension GatewayClient {
    /// Reads a list to its end, page by page over one connection.
    ///
    /// - Returns: The first answer with the entries of all, and without `next`.
    func list(
        _ path: String, query: [(String, String?)], of member: String
    ) async throws -> JSONValue? {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: try configuration())
        let result: Result<JSONValue?, any Error>
        do {
            result = .success(try await pages(client, path, query, member))
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        return try result.get()
    }

    private func pages(
        _ client: HTTPClient, _ path: String, _ query: [(String, String?)], _ member: String
    ) async throws -> JSONValue? {
        let first = try await exchange(client, .GET, path, query, nil)
        var all = elements(first?[member])
        var next = first?["next"]?.string
        while let cursor = next {
            let page = try await exchange(client, .GET, path, query + [("next", cursor)], nil)
            all += elements(page?[member])
            next = page?["next"]?.string
        }
        guard case .object(let members) = first else { return first }
        return .object(
            members.filter { $0.name != "next" }.map {
                $0.name == member ? JSONMember(name: member, value: .array(all)) : $0
            })
    }
}
