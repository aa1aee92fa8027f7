internal import Foundation
internal import LDAP
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOSSL
internal import PKI
internal import Time
internal import Workers

/// Asks a directory, server by server, each for a bounded time, with workers that read what it says.
package final class DirectoryDesk: Sendable {
    private struct State {
        var order: ServerOrder
        var tls = DirectoryTLS()
    }

    let settings: DirectorySettings
    private let pool: WorkerPool
    private let environment: [String: String]
    private let elapsed: @Sendable () -> Int64
    private let state: NIOLockedValueBox<State>

    init(
        _ settings: DirectorySettings, workers: WorkerProgram,
        environment: [String: String] = ProcessInfo.processInfo.environment,
        elapsed: @escaping @Sendable () -> Int64 = Clocks.system.elapsed
    ) {
        self.settings = settings
        pool = WorkerPool(workers)
        self.environment = environment
        self.elapsed = elapsed
        state = NIOLockedValueBox(State(order: ServerOrder(count: settings.servers.count)))
    }

    /// What became of the workers.
    var counts: WorkerPool.Counts { pool.counts }

    func stop() { pool.stop() }

    /// Asks until a server has answered.
    ///
    /// - Parameters:
    ///   - question: What is asked.
    ///   - password: The person's, for a sign-on.
    /// - Returns: The answer; `.fault` where no server gave one, with what was amiss with each.
    func ask(_ question: DirectoryQuestion, password: [UInt8]? = nil) async -> DirectoryAnswer {
        do throws(WorkerFault) {
            return try await pool.run(waitingAtMost: DirectoryBounds.queuedNanoseconds) {
                self.asked(DirectoryCall(question, self.settings.plan), password)
            }
        } catch {
            return .fault(error.description)
        }
    }

    private func asked(_ call: DirectoryCall, _ password: [UInt8]?) -> DirectoryAnswer {
        var service: [UInt8] = []
        defer { SecretBytes.wipe(&service) }
        if let source = settings.password {
            do throws(PKIError) {
                service = try source.read(as: "auth.ldap.bind_password", environment: environment)
            } catch {
                return .fault(error.message)
            }
        }
        var faults: [String] = []
        for server in state.withLockedValue({ $0.order.order(at: elapsed()) }) {
            let answer: DirectoryAnswer
            do throws(LinkFault) {
                answer = try asked(settings.servers[server], call, service, password)
            } catch {
                answer = .fault(error.reason)
            }
            guard case .fault(let reason) = answer else {
                state.withLockedValue { $0.order.answered(server) }
                return answer
            }
            state.withLockedValue { $0.order.failed(server, at: elapsed()) }
            faults.append("\(settings.servers[server]): \(reason)")
        }
        return .fault(faults.joined(separator: "; "))
    }

    private func asked(
        _ server: DirectorySettings.Server, _ call: DirectoryCall, _ service: [UInt8],
        _ password: [UInt8]?
    ) throws(LinkFault) -> DirectoryAnswer {
        let begin = Clocks.system.elapsed()
        let now = elapsed()
        let context = state.withLockedValue { state in
            Result { () throws(LinkFault) in try state.tls.context(settings, at: now) }
        }
        let links = try links(call.connections, server, context.get())
        defer { for link in links { link.close() } }
        let spent = Span.between(begin, Clocks.system.elapsed()) / 1_000_000
        let left = settings.milliseconds - spent
        guard left > 0 else { throw LinkFault(reason: "there was no TLS in time") }
        var request = call.request(
            servicePassword: service, password: password, milliseconds: left)
        defer { for index in request.secrets.indices { SecretBytes.wipe(&request.secrets[index]) } }
        do throws(WorkerFault) {
            let json = try pool.ask(request, descriptors: links.map(\.descriptor))
            return DirectoryCall.answer(json) ?? .fault("the helper process gave no answer")
        } catch {
            throw LinkFault(reason: error.description)
        }
    }

    /// All at once, each within the time of one try.
    private func links(
        _ count: Int, _ server: DirectorySettings.Server, _ context: NIOSSLContext
    ) throws(LinkFault) -> [DirectoryLink] {
        let opening = (0..<count).map { _ in
            DirectoryLink.opening(
                server, context, within: .milliseconds(settings.milliseconds))
        }
        var open: [DirectoryLink] = []
        var fault: LinkFault?
        for future in opening {
            do {
                open.append(try future.wait())
            } catch {
                fault = fault ?? error as? LinkFault ?? LinkFault(reason: "nothing answers there")
            }
        }
        guard let fault else { return open }
        for link in open { link.close() }
        throw fault
    }
}
