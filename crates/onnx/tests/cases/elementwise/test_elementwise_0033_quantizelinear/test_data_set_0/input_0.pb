
J0IкFA│Cюие>░E╨гндpEйgхеHз:кH/зL▒кH√G©F╬ф╧KML