import ArgumentParser
import Foundation
import Glibc
import PKI
import Text

/// Who is told that an identity's files are new: a process by a signal, or a command.
struct RenewalNotice: ParsableArguments {
    @Option(
        name: .customLong("signal"),
        help: "Then send SIGHUP to this process: its number, or a file that holds it.")
    var process: String?
    @Option(
        name: .customLong("signal-name"), help: "Another signal: HUP, INT, TERM, USR1 or USR2.")
    var signalName: String?
    @Option(help: "Then run this command, by the shell.") var exec: String?

    private static let signals: [String: Int32] = [
        "HUP": SIGHUP, "INT": SIGINT, "TERM": SIGTERM, "USR1": SIGUSR1, "USR2": SIGUSR2,
    ]

    /// The signal, if one is to be sent.
    ///
    /// - Throws: `ValidationError` where it can't be.
    func target() throws -> (process: String, signal: Int32)? {
        guard let process else {
            guard signalName == nil else {
                throw ValidationError("--signal-name goes with --signal")
            }
            return nil
        }
        guard let signal = Self.signals[signalName ?? "HUP"] else {
            throw ValidationError("--signal-name is one of HUP, INT, TERM, USR1 and USR2")
        }
        return (process, signal)
    }

    /// Tells them, and waits for the command.
    ///
    /// - Throws: ``Failure``; the files are in place all the same.
    func give() throws {
        try sendSignal()
        guard let command = try begin() else { return }
        command.waitUntilExit()
        if let failure = Self.failure(of: command) { throw failure }
    }

    /// Sends the signal, if there is one.
    ///
    /// - Throws: ``Failure``.
    func sendSignal() throws {
        if let (process, signal) = try target() {
            let number = try number(of: process)
            guard kill(number, signal) == 0 else {
                throw Failure(
                    .failed,
                    "maxine: renewed, but process \(number) got no signal: \(errnoText(errno))")
            }
        }
    }

    /// Begins the command, if there is one; `ended` hears of its end.
    ///
    /// - Throws: ``Failure`` where the shell can't be run.
    func begin(_ ended: (@Sendable (Process) -> Void)? = nil) throws -> Process? {
        guard let exec else { return nil }
        let shell = Process()
        shell.terminationHandler = ended
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", exec]
        do {
            try shell.run()
        } catch {
            throw Failure(
                .failed, "maxine: renewed, but the shell can't be run: \(sentence(of: error))")
        }
        return shell
    }

    /// What is to be said of a command that has ended.
    static func failure(of command: Process) -> Failure? {
        guard command.terminationStatus != 0 else { return nil }
        return Failure(
            .failed,
            "maxine: renewed, but the command of --exec ended with \(command.terminationStatus)")
    }

    /// A process's number, above 1: nobody means all processes, or the first.
    private func number(of text: String) throws -> pid_t {
        let written: String
        if text.allSatisfy(\.isNumber) {
            written = text
        } else {
            do {
                written = String(
                    decoding: try PosixFiles().read(text, max: Self.pidFileBytesMax), as: UTF8.self)
            } catch {
                throw Failure(.failed, "maxine: renewed, but nobody was told: \(error.message)")
            }
        }
        let word = written.split(whereSeparator: \.isWhitespace).first ?? ""
        guard let number = pid_t(word), number > 1 else {
            throw Failure(
                .failed,
                "maxine: renewed, but nobody was told: \(quote(text)) names no process")
        }
        return number
    }

    private static let pidFileBytesMax = 64
}
