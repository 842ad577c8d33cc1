namespace Elman.Cli;

/// <summary>Finds out before hours of work whether its result can be written.</summary>
internal static class OutputPlace
{
    /// <summary>Refuses to write over what the command is about to read.</summary>
    /// <exception cref="ElmanException">The output is one of the inputs.</exception>
    public static void CheckApart(string output, params string[] inputs)
    {
        foreach (string input in inputs)
        {
            if (input != "-" && File.Exists(input) && AtomicFile.Resolve(input) == AtomicFile.Resolve(output))
                throw new ElmanException($"'{output}' is read by this command and would be lost; choose another place for the output");
        }
    }

    /// <exception cref="ElmanException">The place is a directory, its folder does not exist, or nothing can be written there.</exception>
    public static void Check(string path)
    {
        if (path == "-")
            throw new ElmanException("cannot write '-': only a forecast's CSV goes to standard output; give the name of a file");
        try
        {
            if (Directory.Exists(path))
                throw new IOException("a directory");
            // A link may name a file that is not there yet; by itself it counts as there.
            string place = AtomicFile.Resolve(path);
            if (!File.Exists(place) || IsOrdinary(path))
                File.Create(AtomicFile.TemporaryName(place), 1, FileOptions.DeleteOnClose).Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Refusal(path, failure);
        }
    }

    /// <summary>Takes the place of a model for a training: another one with the same output would delete its checkpoint, and one of the results would be lost.</summary>
    /// <exception cref="ElmanException">Another training has it, or nothing can be written there.</exception>
    /// <returns>The lock; null where the place is a device, to which any number may write.</returns>
    public static FileLock? Hold(string model)
    {
        Check(model);
        string place = AtomicFile.Resolve(model);
        if (AtomicFile.IsDevice(place)) return null;
        return FileLock.TryTake(place + ".lock") ?? throw new ElmanException($"another training is about to write '{model}'; wait for it, or choose another place for the output");
    }

    /// <summary>Makes a folder for several files.</summary>
    /// <param name="folder">The folder; it may be there.</param>
    /// <param name="file">One of the files, whose place is tried.</param>
    /// <exception cref="ElmanException">It cannot be made, or nothing can be written there.</exception>
    public static void CreateFolder(string folder, string file)
    {
        try
        {
            if (File.Exists(folder))
                throw new IOException("a file has that name");
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ElmanException($"cannot make the folder '{folder}': {failure.Message.ReplaceLineEndings(" ").TrimEnd('.')}; choose another with -o", failure);
        }

        Check(Path.Combine(folder, file));
    }

    /// <summary>Whether an existing file is replaced by a new one beside it, unlike a pipe or a device; fails if it may not be written itself.</summary>
    private static bool IsOrdinary(string path)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        return file.CanSeek && !AtomicFile.IsDevice(AtomicFile.Resolve(path));
    }
}
