namespace Elman.Peers;

/// <summary>The shortest of several tries of a piece of work, in seconds: of what the machine can do, whatever disturbs it only takes away.</summary>
internal sealed class Fastest(Func<double> seconds)
{
    private const int Tries = 7;

    private double _best = double.MaxValue;
    private int _tries;

    /// <summary>Of at least seven tries.</summary>
    public double Seconds
    {
        get
        {
            while (_tries < Tries) TryAgain();
            return _best;
        }
    }

    /// <summary>One more try, for between the rows: whatever disturbed the first ones may have gone.</summary>
    public void TryAgain()
    {
        _best = Math.Min(_best, seconds());
        _tries++;
    }
}
