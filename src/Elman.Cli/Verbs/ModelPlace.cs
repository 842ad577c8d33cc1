namespace Elman.Cli;

/// <summary>Opening the model file that a verb is given.</summary>
internal static class ModelPlace
{
    /// <exception cref="ElmanException">There is no such file, or it is no forecaster's; the message says what to do.</exception>
    public static Forecaster Load(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new ElmanException($"there is no model file {path}; elman train forecast makes one");
        return Forecaster.Load(path);
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
