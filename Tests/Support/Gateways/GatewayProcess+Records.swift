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

    /// What stands in quotes after each mark; by C's search, since there are megabytes of it and tests are not optimised.
    private static func texts(after mark: String, in body: String) -> [String] {
        body.withCString { start in
            var texts: [String] = []
            var place: UnsafePointer<CChar> = start
            while let found = strstr(place, mark) {
                let text = UnsafePointer(found) + mark.utf8.count
                guard let end = strchr(text, Int32(UInt8(ascii: "\""))) else { break }
                let bytes = UnsafeRawBufferPointer(
                    start: text, count: UnsafePointer(end) - text)
                texts.append(String(decoding: bytes, as: UTF8.self))
                place = UnsafePointer(end)
            }
            return texts
        }
    }
}
