internal import Logging
internal import NIOConcurrencyHelpers
internal import Policy
internal import ServiceLifecycle

/// Proposes the policy's files when they change, and ends break-glass in time.
///
/// Looks once a second whether a file changed, and at once when told to (SIGHUP).
final class PolicyReloader: Service {
    private static let interval = Duration.seconds(1)

    private let files: PolicySourceFiles
    private let office: PolicyOffice
    private let state = NIOLockedValueBox(State())

    private struct State {
        var stamp: [String]?
        var isDue = false
    }

    init(files: PolicySourceFiles, office: PolicyOffice, isDue: Bool) {
        self.files = files
        self.office = office
        let stamp = files.stamp()
        state.withLockedValue {
            $0.stamp = stamp
            $0.isDue = isDue
        }
    }

    /// Asks for a reload at the next look, whether or not a file changed.
    func requestReload() {
        state.withLockedValue { $0.isDue = true }
    }

    func run() async {
        await Pulse.run(every: Self.interval, look)
    }

    /// Reloads if a file changed or a reload was asked for.
    func look() async {
        await office.tick()
        let stamp = files.stamp()
        let isDue = state.withLockedValue { state in
            defer { state.isDue = false }
            return state.isDue || state.stamp != stamp
        }
        guard isDue else { return }
        state.withLockedValue { $0.stamp = stamp }
        let result = await office.proposeFiles()
        if case .unrecorded = result { requestReload() }
    }
}

extension PolicyOffice {
    /// Proposes the files as they are.
    func proposeFiles() async -> PolicyChangeResult {
        let proposal: PolicyProposal
        do throws(PolicyToolError) {
            proposal = try PolicySource.proposal(keeper.files.path)
        } catch {
            return await alone { await self.refuse(error.description, .file) }
        }
        return await propose(proposal, by: .file)
    }
}
