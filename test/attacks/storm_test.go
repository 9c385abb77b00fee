package attacks
