import Foundation

/// A disk whose power can be cut at any moment: an ext4 image on XFS, copied by reference while it is written to.
///
/// A copy holds what the inner file system had handed to its disk; what was only in memory is lost, as in a power cut.
final class PowerCutDisk {
    /// Whether this machine can; asked once.
    static let isPossible: Bool = {
        guard geteuid() == 0, Shell.has("mkfs.xfs"), Shell.has("mkfs.ext4") else { return false }
        let place = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        guard let disk = try? PowerCutDisk(on: place.appending(path: "data")) else { return false }
        defer { try? FileManager.default.removeItem(at: place) }
        return (try? disk.cut(0)) != nil
    }()

    let folder: URL
    private let base: URL
    private var cuts: [URL] = []

    /// Makes the disk and mounts it on a folder.
    init(on folder: URL) throws {
        self.folder = folder
        base = folder.deletingLastPathComponent().appending(path: "xfs-\(UUID().uuidString)")
        let manager = FileManager.default
        try manager.createDirectory(at: base, withIntermediateDirectories: true)
        try manager.createDirectory(at: folder, withIntermediateDirectories: true)
        try Self.shell(
            """
            truncate -s 3G '\(base.path).img' && mkfs.xfs -q -m reflink=1 '\(base.path).img' &&
            mount -o loop '\(base.path).img' '\(base.path)' &&
            truncate -s 96M '\(base.path)/inner' && mkfs.ext4 -q -m 0 '\(base.path)/inner' &&
            mount -o loop '\(base.path)/inner' '\(folder.path)'
            """)
    }

    /// Cuts the power: the image as it is now.
    func cut(_ number: Int) throws -> URL {
        let copy = base.appending(path: "cut-\(number)")
        try Self.shell("cp --reflink=always '\(base.path)/inner' '\(copy.path)'")
        cuts.append(copy)
        return copy
    }

    /// Mounts a copy, which replays the inner file system's own log, and runs the body.
    static func mounted(_ copy: URL, on folder: URL, _ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try shell("mount -o loop '\(copy.path)' '\(folder.path)'")
        defer { _ = try? Shell.run(["umount", folder.path]) }
        try body()
    }

    private static func shell(_ script: String) throws {
        let result = try Shell.run(["sh", "-c", script], timeoutSeconds: 60)
        guard result.status == 0 else {
            throw GatewayProcess.NotStarted(description: result.error)
        }
    }

    deinit {
        _ = try? Shell.run(["umount", "-l", folder.path])
        _ = try? Shell.run(["umount", "-l", base.path])
        try? FileManager.default.removeItem(atPath: base.path + ".img")
    }
}
