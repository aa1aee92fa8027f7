import Gateway
import Testing

/// How the file descriptors of the process are shared out.
@Suite struct DescriptorsTests {
    @Test(arguments: [
        (20_000, 20_000, 19_744), (1_048_576, 20_000, 20_000), (1024, 20_000, 768),
        (512, 20_000, 256), (100, 20_000, 50), (1024, 10, 10), (1, 5, 1), (.max, 7, 7),
    ])
    func journalStoreAndHealthComeFirst(limit: Int, wanted: Int, connections: Int) {
        let shared = Descriptors(limit: limit, connectionsWanted: wanted)
        #expect(shared.connectionsMax == connections)
        #expect(shared.isShort == (connections < wanted))
        #expect(shared.line.contains("limits.connections_max") == shared.isShort)
    }

    @Test func theLineSaysWhatThereIsAndWhatToDo() {
        let line = Descriptors(limit: 1024, connectionsWanted: 20_000).line
        #expect(
            line == "up to 768 connections: 1024 file descriptors, 256 of them for journal, store"
                + " and health; limits.connections_max asks for 20000, so raise the limit"
                + " (ulimit -n, LimitNOFILE=)")
    }
}
