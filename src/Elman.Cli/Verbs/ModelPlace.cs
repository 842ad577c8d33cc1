namespace Elman.Cli;

/// <summary>Opening the model file that a verb is given.</summary>
internal static class ModelPlace
{
    /// <exception cref="ElmanException">There is no such file, or it is no forecaster's; the message says what to do.</exception>
    public static Forecaster Load(string path)
    {
        Check(path);
        try
        {
            return Forecaster.Load(path);
        }
        catch (ElmanException failure) when (failure.InnerException is IOException or UnauthorizedAccessException)
        {
            // What cannot be read is bad input; only what cannot be written is a failure of the machine.
            throw new ElmanException(failure.Message);
        }
    }

    /// <exception cref="ElmanException">There is no such file; the message says what to do.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
            throw new ElmanException($"{path} is a directory; give the name of a model file");
        if (!File.Exists(path))
            throw new ElmanException($"there is no model file {path}; elman train forecast makes one");
    }

    /// <summary>Reads the columns that the model was trained on.</summary>
    public static SeriesTable ReadSeries(Forecaster model, string path, Terminal terminal)
    {
        using var source = CsvSource.Open(path, terminal.Input);
        var table = SeriesReader.Read(source, new ColumnChoice(model.Target, model.Options.TimeColumn, model.Covariates, model.Options.GroupColumn));
        terminal.Remark(table.Remarks);
        return table;
    }
}
