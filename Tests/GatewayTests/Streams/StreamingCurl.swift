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

    private let process: NIOLockedValueBox<Process>
    private let state = NIOLockedValueBox(State())
    private let exit = ExitStatus()

    /// Sends a request as the operator.
    init(_ gateway: InProcessGateway, _ path: String, _ options: [String] = []) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = CurlRequest(
            "GET", path, options: ["-N", "--max-time", "60"] + options
        ).arguments(to: gateway.serviceAddress)
        process.currentDirectoryURL = gateway.folder
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        self.process = NIOLockedValueBox(process)
        process.terminationHandler = { [exit] in exit.note($0.terminationStatus) }
        try process.runWithOpenSignals()
        // A thread that reads: a handle's own handler may outlive the file that it listens to, and then takes all down.
        let handle = pipe.fileHandleForReading
        Thread.detachNewThread { [state] in
            while true {
                let data = handle.availableData
                Self.note(data, in: state)
                if data.isEmpty { return }
            }
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
        return await exit.status()
    }

    /// SIGSTOP has it read nothing more.
    func signal(_ signal: Int32) {
        kill(process.withLockedValue { $0.processIdentifier }, signal)
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

/// The status that a process ended with, once it has.
private final class ExitStatus: Sendable {
    private let ended: AsyncStream<Int32>
    private let door: AsyncStream<Int32>.Continuation

    init() { (ended, door) = AsyncStream.makeStream() }

    func note(_ status: Int32) { door.yield(status) }

    func status() async -> Int32 { await ended.first { _ in true } ?? -1 }
}
