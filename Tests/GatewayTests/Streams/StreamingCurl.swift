import Foundation
import NIOConcurrencyHelpers
import Support

/// curl that shows an answer while it comes.
final class StreamingCurl: Sendable {
    private struct State {
        var output = ""
        var isOver = false
        /// Who waits for a text, or for the end.
        var watchers: [(text: String?, continuation: CheckedContinuation<Bool, Never>)] = []

        func shows(_ text: String?) -> Bool { text.map { output.contains($0) } ?? false }
    }

    private let process: ChildProcess
    private let state = NIOLockedValueBox(State())

    /// Sends a request as the operator.
    init(_ gateway: InProcessGateway, _ path: String, _ options: [String] = []) throws {
        let request = CurlRequest("GET", path, options: ["-N", "--max-time", "60"] + options)
        var ends: [Int32] = [-1, -1]
        guard
            socketpair(
                AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0
        else { throw TestFault(description: "no socket pair") }
        let output = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        defer { close(ends[1]) }
        process = try ChildProcess(
            request.arguments(to: gateway.serviceAddress), directory: gateway.folder,
            output: .descriptor(ends[1]))
        Thread.detachNewThread { [state] in
            var data: Data
            repeat {
                data = output.availableData
                Self.note(data, in: state)
            } while !data.isEmpty
        }
    }

    var output: String { state.withLockedValue { $0.output } }

    /// Waits until a text has come, or all is over; whether it has come.
    func until(_ text: String?) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer = state.withLockedValue { state -> Bool? in
                if state.shows(text) { return true }
                if state.isOver { return false }
                state.watchers.append((text, continuation))
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Waits for its end.
    ///
    /// - Returns: 0 if the answer was whole.
    func status() async -> Int32 {
        _ = await until(nil)
        return await process.status()
    }

    /// SIGSTOP has it read nothing more.
    func signal(_ signal: Int32) {
        process.signal(signal)
    }

    private static func note(_ data: Data, in state: NIOLockedValueBox<State>) {
        let due = state.withLockedValue { state -> [(CheckedContinuation<Bool, Never>, Bool)] in
            state.output += String(decoding: data, as: UTF8.self)
            state.isOver = data.isEmpty
            let due = state.watchers.filter { state.isOver || state.shows($0.text) }
            let rest = state.watchers.filter { !state.isOver && !state.shows($0.text) }
            state.watchers = rest
            return due.map { ($0.continuation, state.shows($0.text)) }
        }
        for (continuation, hasCome) in due { continuation.resume(returning: hasCome) }
    }
}
