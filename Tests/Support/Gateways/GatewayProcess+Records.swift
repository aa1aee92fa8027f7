import Foundation
package import StrictJSON

extension GatewayProcess {
    /// Waits for a record that fits; nil if none came in time.
    package func awaitRecord(
        seconds: Double = 10, where fits: (JSONValue) -> Bool
    ) throws -> JSONValue? {
        let deadline = Date().addingTimeInterval(seconds)
        repeat {
            if let record = try journal().last(where: fits) { return record }
            usleep(50_000)
        } while Date() < deadline
        return nil
    }

    /// `maxine audit verify` on the log's folder or a copy of it.
    package func verify(_ directory: String = "data/audit") throws -> Shell.Result {
        try maxine("audit", "verify", "--dir", directory)
    }

    /// Registers one instance as the operator.
    package func register(_ service: String, _ id: String, ttl: Int = 3600) throws -> Answer {
        try curl(
            "PUT", "/api/maxine/services/\(service)/instances/\(id)",
            body: #"{"address":"10.0.0.7","port":8080,"ttlSeconds":\#(ttl)}"#)
    }

    /// The ids of a service's instances, from all pages; after a page that was read, from those that follow.
    package func instanceIDs(_ service: String, next cursor: String? = nil) throws -> Set<String> {
        var ids: Set<String> = []
        var query = cursor.map { "?next=\($0)" } ?? ""
        while true {
            let answer = try curl("GET", "/api/maxine/services/\(service)\(query)")
            guard answer.status == 200 else {
                throw NotStarted(description: "no list: \(answer.status) \(answer.body)")
            }
            let length = answer.headers["content-length"].flatMap { Int($0) }
            guard length == answer.body.utf8.count else {
                throw NotStarted(
                    description: "\(answer.body.utf8.count) bytes of a list of \(length ?? 0)")
            }
            ids.formUnion(ListedText.ids(in: answer.body))
            guard let next = ListedText.next(in: answer.body) else { return ids }
            query = "?next=\(next)"
        }
    }

    /// Issues an identity to a folder of the service's name.
    package func issue(_ service: String, ttl: String = "1h") throws {
        let result = try maxine(
            "identity", "issue", "--service", service, "--ttl", ttl, "--out", service)
        guard result.status == 0 else { throw NotStarted(description: result.error) }
    }

    /// Waits until a page of the metrics listener has a status.
    package func awaitHealth(_ page: String, _ status: Int, seconds: Double = 15) throws -> Bool {
        let deadline = Date().addingTimeInterval(seconds)
        repeat {
            if try health(page) == status { return true }
            usleep(100_000)
        } while Date() < deadline
        return false
    }
}

/// Finds in a list's answer what a test wants of it.
package enum ListedText {
    package static func ids(in body: String) -> [String] { texts(after: "{\"id\":\"", in: body) }

    package static func next(in body: String) -> String? {
        texts(after: "],\"next\":\"", in: body).first
    }

    /// What stands in quotes after each mark; by bytes, since there are megabytes of it and tests are not optimised.
    private static func texts(after mark: String, in body: String) -> [String] {
        let bytes = Array(body.utf8)
        let mark = Array(mark.utf8)
        return bytes.withUnsafeBytes { all in
            var texts: [String] = []
            var rest = all[...]
            while let place = find(mark, in: UnsafeRawBufferPointer(rebasing: rest)) {
                rest = rest.dropFirst(place + mark.count)
                let text = rest.prefix { $0 != UInt8(ascii: "\"") }
                texts.append(String(decoding: text, as: UTF8.self))
                rest = rest.dropFirst(text.count)
            }
            return texts
        }
    }

    private static func find(_ mark: [UInt8], in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress,
            let found = memmem(start, bytes.count, mark, mark.count)
        else { return nil }
        return UnsafeRawPointer(found) - start
    }
}
